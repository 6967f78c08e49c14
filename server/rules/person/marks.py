"""Marks of who was erased: keyed hashes of what would bring somebody back. None says who it was."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from typing import Final

from server.rules.members.member import Member

_PERSON: Final = b"riwaq erased"
_IN_FULL: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{4}-[0-9a-f]{14}(?![0-9a-f])")
_IN_PARTS: Final = re.compile(rb'"key_id":([0-9]{1,5}),"card_id":"([0-9a-f]{14})"')
_KEYS: Final = 1 << 16


class What(StrEnum):
    """What a mark is of."""

    CARD = "card"
    MEMBER = "member"
    NUMBER = "number"
    NATIONAL_ID = "national_id"


def mark_of(what: What, value: str, key: bytes) -> str:
    """Give the mark of something, 32 hex digits; ``key`` is the server's own."""
    hashed = _keyed(key).copy()
    hashed.update(f"{what}\x1f{value}".encode())
    return hashed.hexdigest()


@cache
def _keyed(key: bytes) -> "blake2b":
    """Give a hash that has taken the key in: to copy one takes half as long as to make it."""
    return blake2b(digest_size=16, key=key[:64], person=_PERSON)


def marked(member: Member) -> Mapping[What, str]:
    """Give what of a member is marked: what a late registration, or a backup, would bring back."""
    said = {
        What.MEMBER: member.member,
        What.NUMBER: member.employee_number,
        What.NATIONAL_ID: member.national_id,
    }
    return {what: value for what, value in said.items() if value}


def cards_in(raw: bytes) -> set[str]:
    """Give the numbers of cards that stand in an event's bytes, whether or not anybody can read it."""
    found = {match.decode() for match in _IN_FULL.findall(raw)}
    found.update(
        f"{int(key):04x}-{card.decode()}" for key, card in _IN_PARTS.findall(raw) if int(key) < _KEYS
    )
    return found
