"""A phone number as a member types it, and as it is kept: E.164, ``+212612345678``."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import phonenumbers

# The world's numbering plans are loaded by the first number that is typed: a kiosk's start does
# not wait for them.

REGION: Final = "MA"
LONGEST: Final = 15
"""Digits of the longest number that there is; a pad takes no more."""


def e164_of(typed: str) -> str:
    """Give a number as it is kept, or nothing where nobody has such a number."""
    import phonenumbers  # noqa: PLC0415 - see above

    number = _number(typed)
    if number is None:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(typed: str) -> str:
    """Group a number as it is read, ``06 12 34 56 78``; as it was typed until it is whole."""
    import phonenumbers  # noqa: PLC0415 - see above

    number = _number(typed)
    if number is None:
        return typed
    at_home = number.country_code == phonenumbers.country_code_for_region(REGION)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if at_home else style.INTERNATIONAL)


def _number(typed: str) -> "phonenumbers.PhoneNumber | None":
    """Read a number that somebody can have; None where it is none."""
    import phonenumbers  # noqa: PLC0415 - see above

    try:
        number = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
