"""The words by which a member is found, in either script, by their beginnings and in any order."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

from server.rules.members.identifiers import e164
from server.rules.members.member import MEMBER_ID, Member
from server.rules.members.texts import Unfit
from wire.card import CardError, CardIdentity
from wire.folding import folded

MOST_LETTERS: Final = 48
"""Of a word: longer ones are found by so many."""
_BITS: Final = 62
_HEADS: Final = (2, 3, 5)
_SHORTEST_PART: Final = 3
_ARTICLE: Final = "ال"
_NUMBER: Final = re.compile(r"[+()\d ./-]{6,}")


class Words(NamedTuple):
    """The words of a member, and all their beginnings in one number: see :func:`mask_of`."""

    words: frozenset[str]
    mask: int


class Query(NamedTuple):
    """What somebody looks for: beginnings of names, or what one alone has, as far as it may be each.

    ``apart`` are the words if none is part of a joined name: who types ``benn`` of Bennani means no Ben.
    """

    words: tuple[str, ...]
    apart: tuple[str, ...]
    member: str = ""
    card: str = ""
    phone: str = ""
    number: str = ""


def words_of(member: Member) -> Words:
    """Give the words of a member's names; a part of a joined name (Haddou of Ben Haddou) is one, too."""
    found: set[str] = set()
    for name in (member.name_ar, member.name_latin):
        words = folded(name).split()
        found.update(words)
        parts = name.split()
        if len(parts) > len(words):
            found.update(_ends(words, map(folded, parts)))
        found.update(
            word[len(_ARTICLE) :]
            for word in words
            if word.startswith(_ARTICLE) and len(word) >= len(_ARTICLE) + _SHORTEST_PART
        )
    words_kept = frozenset(word[:MOST_LETTERS] for word in found)
    return Words(words_kept, mask_of(words_kept))


def _ends(words: Iterable[str], parts: Iterable[str]) -> Iterable[str]:
    joined = tuple(words)
    for part in parts:
        if len(part) >= _SHORTEST_PART and part not in joined:
            for word in joined:
                if word.endswith(part):
                    yield part


def mask_of(words: Iterable[str]) -> int:
    """Give a bit for each beginning of two, three and five letters.

    A member who has all the words of a query has all its bits: so a common name's index tells who may
    have the other words as well, and few are looked up in vain.
    """
    mask = 0
    for word in words:
        mask |= _mask_of(word)
    return mask


@lru_cache(maxsize=16_384)
def _mask_of(word: str) -> int:
    mask = 0
    for head in _HEADS:
        if len(word) >= head:
            mask |= 1 << crc32(word[:head].encode()) % _BITS
    return mask


def query_of(text: str) -> Query:
    """Read what somebody typed."""
    text = " ".join(text.split())
    apart = [word for part in text.split() for word in folded(part).split()]
    return Query(
        words=tuple(dict.fromkeys(word[:MOST_LETTERS] for word in folded(text).split())),
        apart=tuple(dict.fromkeys(word[:MOST_LETTERS] for word in apart)),
        member=text.lower() if MEMBER_ID.fullmatch(text.lower()) else "",
        card=_card(text),
        phone=_phone(text),
        number=text,
    )


def _card(text: str) -> str:
    try:
        return str(CardIdentity.parse(text))
    except CardError:
        return ""


def _phone(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        return ""
    try:
        return e164(text)
    except Unfit:
        return ""
