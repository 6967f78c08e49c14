"""A phone number as a member types it, and as it is kept: E.164, ``+212612345678``."""

from typing import Final

import phonenumbers

REGION: Final = "MA"
LONGEST: Final = 15
"""Digits of the longest number that there is; a pad takes no more."""


def e164_of(typed: str) -> str:
    """Give a number as it is kept, or nothing where nobody has such a number."""
    number = _number(typed)
    if number is None or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(typed: str) -> str:
    """Group a number as it is read, ``06 12 34 56 78``; as it was typed until it is whole."""
    number = _number(typed)
    if number is None or not phonenumbers.is_valid_number(number):
        return typed
    at_home = number.country_code == phonenumbers.country_code_for_region(REGION)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if at_home else style.INTERNATIONAL)


def _number(typed: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException:
        return None
