"""Phones, e-mail, numbers of employees, national ids, days of birth: as people write them, and as kept."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final

import phonenumbers

from server.rules.members.texts import Unfit, cleaned
from server.rules.reader import shown
from wire.national_id import normalised

REGION: Final = "MA"
MOST_OF_NUMBER: Final = 32
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}"
)
_MOST_OF_EMAIL: Final = 254
_AT_HOME: Final = re.compile(r"(?:\+212|00212|0)([5-8][0-9]{8})")
_LETTERS_AND_DIGITS: Final = re.compile(r"[\w./ -]+")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?")
_DAY_FIRST: Final = re.compile(r"(?:([0-9]{1,2})[-/. ])?([0-9]{1,2})[-/. ]([0-9]{4})")
_SERIAL: Final = re.compile(r"[0-9]{5}")
_MONTHS: Final = 12
_OLDEST: Final = 1900
_DAY_OF_EXCEL: Final = date(1899, 12, 30)


def e164(text: str) -> str:
    """Give a phone number as it is kept, ``+212612345678``, of any form that it is written in.

    Without a country's code it is Moroccan. Raises :class:`Unfit`.
    """
    if (at_home := _AT_HOME.fullmatch(text.replace(" ", ""))) and _is_given_out(at_home[1][:5]):
        return "+212" + at_home[1]
    plain = cleaned(text)
    try:
        number = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number) or number.extension:
        what = f"{shown(text)} is no phone number that is given out"
        raise Unfit(what, "write one such as 06 12 34 56 78 or +212612345678")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=10_000)
def _is_given_out(head: str) -> bool:
    """Say whether Moroccan numbers of nine digits that begin with these five are given out.

    What is given out is told by five digits at most, and to ask for each number takes most of an import.
    """
    return all(
        phonenumbers.is_valid_number(phonenumbers.PhoneNumber(212, int(f"{head}{rest}")))
        for rest in ("0000", "4567", "9999")
    )


def email(text: str) -> str:
    """Give an e-mail address as it is kept: its domain in small letters. Raises :class:`Unfit`."""
    address = unicodedata.normalize("NFKC", cleaned(text)).removeprefix("mailto:")
    local, _, domain = address.rpartition("@")
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if len(address) > _MOST_OF_EMAIL or not _EMAIL.fullmatch(address) or dots:
        raise Unfit(f"{shown(text)} is no e-mail address", "write one such as name@example.ma")
    return f"{local}@{domain.lower()}"


def employee_number(pattern: str) -> Callable[[str], str]:
    """Give what reads an employee's number: a text with its zeros, by the body's pattern if it has one."""
    wanted = re.compile(pattern) if pattern else None

    def read(text: str) -> str:
        number = unicodedata.normalize("NFKC", cleaned(text))
        number = digits_as_ascii(number).strip()
        if len(number) > MOST_OF_NUMBER:
            raise Unfit(f"the number has {len(number)} characters", f"write at most {MOST_OF_NUMBER}")
        if not _LETTERS_AND_DIGITS.fullmatch(number):
            raise Unfit(f"{shown(text)} is no employee number", "write its letters and digits alone")
        if wanted and not wanted.fullmatch(number):
            what = f"{shown(text)} is no employee number of this body, which look like {pattern}"
            raise Unfit(what, "write all of its digits; Excel loses zeros in front, so make the cells texts")
        return number

    return read


def national_id(text: str) -> str:
    """Give a national id as it is hashed, ``BE12345``. Raises :class:`Unfit`."""
    number = normalised(cleaned(text))
    if not number:
        # Not shown: a message may be kept, and the number may not.
        raise Unfit("this is no national id number", "write one or two letters and up to seven digits")
    return number


def birth(today: date) -> Callable[[str], str]:
    """Give what reads a day of birth as ISO: ``1960-05-02``, ``1960-05`` or ``1960``."""

    def read(text: str) -> str:
        plain = digits_as_ascii(cleaned(text))
        if _SERIAL.fullmatch(plain):
            meant = date.fromordinal(_DAY_OF_EXCEL.toordinal() + int(plain))
            what = f"{plain} is how Excel counts days, or a mistake"
            raise Unfit(what, f"write {meant} if that is meant, or make the cells days")
        if found := _YEAR_FIRST.fullmatch(plain):
            year, month, day = found.groups()
        elif found := _DAY_FIRST.fullmatch(plain):
            day, month, year = found.groups()
        else:
            raise Unfit(f"{shown(text)} is no day of birth", "write 1960-05-31, 31/05/1960, 1960-05 or 1960")
        try:
            exact = date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            what = f"{shown(text)} is no day of the calendar"
            if int(month or 1) > _MONTHS:
                what = f"{shown(text)}: there is no month {int(month)}"
            raise Unfit(what, "write 1960-05-31, or 31/05/1960 with the day before the month") from None
        if exact.year < _OLDEST or exact > today:
            raise Unfit(f"nobody here was born in {shown(text)}", f"write a day from {_OLDEST} to today")
        return "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])

    return read


def digits_as_ascii(text: str) -> str:
    """Give a text with the digits of any script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(letter)) if unicodedata.category(letter) == "Nd" else letter for letter in text
    )
