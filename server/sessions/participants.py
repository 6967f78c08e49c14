"""Who is meant on a session's roll: by the number of a member, employee or card, or a contact's name."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from server.rules.members.identifiers import employee_number
from server.rules.members.member import MEMBER_ID, Member
from server.rules.members.search import query_of
from server.rules.members.texts import Unfit
from server.rules.reader import shown
from server.store.audit_log import Transaction
from server.store.members import Members
from server.store.served import Served
from wire.folding import folded

_CARD: Final = re.compile(r"[0-9a-f]{4}-[0-9a-f]{14}", re.ASCII)
_MOST: Final = 200
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom texts mean, a member's id or a card's number; and why the others mean nobody."""

    found: dict[str, str]
    why_not: dict[str, Unfit]


def meant_by(connection: Transaction, body: str, texts: Collection[str]) -> Meant:
    """Look up whom these texts mean. A card of a member means the member."""
    members = Members(connection, body)
    read = {text: _as_read(text) for text in texts if text.strip()}
    cards = {each for each in read.values() if _CARD.fullmatch(each)}
    holders = members.holders(cards)
    by_id = members.get({each for each in read.values() if MEMBER_ID.fullmatch(each)})
    by_number = members.by_number({each for each in read.values() if each})
    issued = Served(connection, body).issued(cards)
    meant = Meant({}, {})
    for text, each in read.items():
        if each in holders:
            meant.found[text] = holders[each]
        elif each in by_id:
            meant.found[text] = each
        elif each in by_number:
            meant.found[text] = by_number[each].member
        elif each in issued:
            meant.found[text] = each
        elif _CARD.fullmatch(each):
            what = f"{shown(text)} is no card that this server knows"
            meant.why_not[text] = Unfit(what, "correct it, or wait for its registration")
        else:
            _by_name(members, text, meant)
    return meant


def people(connection: Transaction, body: str, persons: Iterable[str]) -> dict[str, Member]:
    """Give whoever of these is known by more than a number."""
    return Members(connection, body).get({each for each in persons if MEMBER_ID.fullmatch(each)})


def _by_name(members: Members, text: str, meant: Meant) -> None:
    name = folded(text)
    having = [
        each
        for each in members.find(query_of(text), _MOST)
        if name in (folded(each.name_ar), folded(each.name_latin))
    ]
    if len(having) == 1:
        meant.found[text] = having[0].member
    elif having:
        listed = ", ".join(each.member for each in having[:_SHOWN])
        what = f"{len(having)} contacts are named {shown(text)}"
        meant.why_not[text] = Unfit(what, f"write the number of one of them: {listed}")
    else:
        what = f"{shown(text)} is neither a number nor the whole name of a contact"
        meant.why_not[text] = Unfit(
            what, "correct it, or take the contact in first:  riwaq-server members import"
        )


def _as_read(text: str) -> str:
    plain = "".join(text.split()).lower()
    if _CARD.fullmatch(plain) or MEMBER_ID.fullmatch(plain):
        return plain
    try:
        return employee_number("")(text)
    except Unfit:
        return ""
