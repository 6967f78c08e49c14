"""One field of a form: what was typed or chosen, as it is kept, or why it is not taken.

Kept are: names in NFC; a phone in E.164; a day of birth in ISO, perhaps in part (``1960``, ``1960-05``);
an employee's number as a text with its zeros; a principal by the number of a card
(``0001-00c0ffee00c0ff``) or of an employee; choices by their ids.

Codes of what is not taken: ``empty``, ``not_arabic``, ``not_latin``, ``no_letters``, ``phone``,
``email``, ``birth``, ``number``, ``principal``, ``choice``.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from kiosk.rules import phones
from kiosk.rules.registration import texts
from wire import national_id
from wire.card import LANGUAGES, CardError, CardIdentity
from wire.patterns import fits

_OLDEST: Final = 1900
_MOST_OF_EMAIL: Final = 254
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}"
)
_NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z./ -]*")
_KEPT_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_CARD_DIGITS: Final = 18
_HEX: Final = frozenset("0123456789abcdef")
_YEAR, _MONTH, _DAY = 4, 6, 8
"""Digits of a year alone, of a month and a year, of a day."""


class Taken(NamedTuple):
    """What is kept of a field; or why it is not taken, by a code."""

    value: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a field's value is judged by. ``today`` is the fair's local day."""

    today: date
    pattern: str = ""
    partial_birth: bool = False
    categories: Collection[str] = field(default=())
    territories: Callable[[str], object] = bool
    """Says whether a territory of that id is there to be chosen."""


def read(which: str, typed: str, rules: Rules) -> Taken:
    """Read a field by its name (``wire.described.FIELDS``); an empty one is taken as empty."""
    if not typed.strip():
        return Taken("")
    return _READERS[which](typed, rules)


def _name_ar(typed: str, _: Rules) -> Taken:
    name = texts.cleaned(typed)
    if not name:
        return Taken("", "no_letters")
    return Taken(name) if texts.is_arabic(name) else Taken("", "not_arabic")


def _name_latin(typed: str, _: Rules) -> Taken:
    name = texts.cleaned(typed)
    if not name:
        return Taken("", "no_letters")
    return Taken("", "not_latin") if texts.has_arabic(name) else Taken(name)


def _phone(typed: str, _: Rules) -> Taken:
    number = phones.e164_of(typed[: 4 * phones.LONGEST])
    return Taken(number) if number else Taken("", "phone")


def _email(typed: str, _: Rules) -> Taken:
    address = unicodedata.normalize("NFKC", typed[: 2 * _MOST_OF_EMAIL]).strip()
    local, _at, domain = address.rpartition("@")
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if len(address) > _MOST_OF_EMAIL or dots or not _EMAIL.fullmatch(address):
        return Taken("", "email")
    return Taken(f"{local}@{domain.lower()}")


def _birth(typed: str, rules: Rules) -> Taken:
    kept = _KEPT_DAY.fullmatch(typed.strip())
    digits = "".join(reversed(kept.groups(""))) if kept else digits_of(typed)
    parts = {_DAY: (digits[4:], digits[2:4], digits[:2])}
    if rules.partial_birth:
        parts |= {_YEAR: (digits, "", ""), _MONTH: (digits[2:], digits[:2], "")}
    year, month, day = parts.get(len(digits), ("", "", ""))
    try:
        first = date(int(year or 0), int(month or 1), int(day or 1))
    except ValueError:
        return Taken("", "birth")
    if first.year < _OLDEST or first > rules.today:
        return Taken("", "birth")
    return Taken("-".join(filter(None, (year, month, day))))


def _employee_number(typed: str, rules: Rules) -> Taken:
    number = _plain(typed).upper()
    good = _NUMBER.fullmatch(number) and fits(rules.pattern, number)
    return Taken(number) if good else Taken("", "number")


def _principal(typed: str, rules: Rules) -> Taken:
    text = _plain(typed).lower()
    digits = text.replace("-", "")
    if len(digits) == _CARD_DIGITS and _HEX.issuperset(digits):
        try:
            return Taken(str(CardIdentity.parse(f"{digits[:4]}-{digits[4:]}")))
        except CardError:
            return Taken("", "principal")
    number = _employee_number(typed, rules)
    return number if number.value else Taken("", "principal")


def _category(typed: str, rules: Rules) -> Taken:
    return Taken(typed) if typed in rules.categories else Taken("", "choice")


def _language(typed: str, _: Rules) -> Taken:
    return Taken(typed) if typed in LANGUAGES else Taken("", "choice")


def _territory(typed: str, rules: Rules) -> Taken:
    return Taken(typed) if rules.territories(typed) else Taken("", "choice")


def _national_id(typed: str, _: Rules) -> Taken:
    number = national_id.normalised(_plain(typed))
    return Taken(number) if number else Taken("", "number")


def digits_of(typed: str) -> str:
    """Give the digits of a text, of whatever script, as 0 to 9."""
    found = (unicodedata.decimal(letter, None) for letter in typed[:64])
    return "".join(str(digit) for digit in found if digit is not None)


def _plain(typed: str) -> str:
    """Give a number as it was meant: without what nobody sees, digits of any script as 0 to 9."""
    seen = (letter for letter in typed[:64] if unicodedata.category(letter) not in {"Cf", "Cc"})
    plain = unicodedata.normalize("NFKC", "".join(seen))
    digits = ((letter, unicodedata.decimal(letter, None)) for letter in plain)
    return "".join(letter if digit is None else str(digit) for letter, digit in digits).strip()


_READERS: Final[dict[str, Callable[[str, Rules], Taken]]] = {
    "name_ar": _name_ar,
    "name_latin": _name_latin,
    "category": _category,
    "principal": _principal,
    "birth": _birth,
    "employee_number": _employee_number,
    "phone": _phone,
    "email": _email,
    "territory": _territory,
    "language": _language,
    "national_id": _national_id,
}
KNOWN: Final = frozenset(_READERS)
"""The fields that a kiosk can ask for."""
