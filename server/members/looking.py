"""Looks for members whom a kiosk asks about: who may be meant, who it is, who belongs to a household."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from server.rules.members.bounds import Recent
from server.rules.members.confirming import fits, shown_birth, shown_phone, ways
from server.rules.members.likely import Wanted, likeliest, same_as, wanted_of
from server.rules.members.masking import masked
from server.rules.members.member import Member
from server.rules.members.search import Query, query_of
from server.store.asked import AskedMembers
from server.store.registry import CardRow
from wire.asking import (
    MOST_DEPENDANTS,
    MOST_MATCHES,
    Confirm,
    Confirmed,
    Dependant,
    Dependants,
    Find,
    Household,
    Likely,
    Match,
    Matches,
    NotTold,
    Person,
    Question,
    Told,
)
from wire.card import CardIdentity, Category
from wire.events import CardRef


@dataclass(frozen=True, slots=True)
class Look:
    """What an ask came to: ``members`` were told of, ``ways`` are those by which each may be confirmed."""

    told: Told = field(repr=False)
    members: Sequence[str] = ()
    ways: Mapping[str, Sequence[str]] = field(default_factory=dict)
    about: str = ""
    missed: bool = False


class Looker:
    """Looks for members on one connection, on one day."""

    def __init__(self, members: AskedMembers, codes: Callable[[str], int], today: date) -> None:
        self._members = members
        self._codes = codes
        self._today = today

    def look(self, question: Question, recent: Recent, now: int) -> Look:
        """Answer a question of a kiosk that has asked this of late; ``now`` is ms UTC."""
        match question:
            case Likely():
                return self._likely(question)
            case Find():
                return self._find(question)
            case Confirm():
                if question.field not in recent.ways(question.member, now):
                    return Look(NotTold(code="not_asked"), about=question.member)
                if recent.guesses_too_often(now):
                    return Look(NotTold(code="too_many"), about=question.member)
                return self._confirm(question)
            case Household():
                return self._household(question)

    # -- who may be meant --------------------------------------------------------------------

    def _likely(self, question: Likely) -> Look:
        wanted = wanted_of(question.fields, self._today)
        found = likeliest(wanted, self._alike(wanted))
        asked = {name for name, value in question.fields.items() if value.strip()}
        return self._matches([(member, same, asked) for member, same in found])

    def _alike(self, wanted: Wanted) -> Iterator[Member]:
        most = MOST_MATCHES + 1
        if wanted.employee_number:
            yield from self._members.by_number([wanted.employee_number]).values()
        if wanted.phone:
            yield from self._members.by_phone(wanted.phone, most)
        for words in filter(None, (wanted.arabic, wanted.latin)):
            with closing(self._members.named(words, wanted.birth)) as named:
                yield from islice((member for member in named if same_as(wanted, member)), most)

    def _find(self, question: Find) -> Look:
        query = query_of(question.text)
        found = self._members.find(query, MOST_MATCHES + 1)
        found.sort(key=lambda member: (member.name_ar or member.name_latin, member.member))
        return self._matches([(member, *_asked_of(member, query)) for member in found])

    def _matches(self, found: Sequence[tuple[Member, Sequence[str], set[str]]]) -> Look:
        told = found[:MOST_MATCHES]
        ids = [member.member for member, _, _ in told]
        since, cards = self._members.known_since(ids), self._members.cards_in_force(ids, self._today)
        matches = [
            Match(
                member=member.member,
                name_ar=masked(member.name_ar),
                name_latin=masked(member.name_latin),
                category=member.category,
                phone=shown_phone(member),
                birth=shown_birth(member),
                same=list(same),
                confirm_by=ways(member, asked),
                has_card=member.member in cards,
                made_at=since[member.member],
            )
            for member, same, asked in told
        ]
        return Look(
            Matches(matches=matches, more=len(found) > len(told)),
            ids,
            {match.member: match.confirm_by for match in matches},
        )

    # -- who it is ---------------------------------------------------------------------------

    def _confirm(self, question: Confirm) -> Look:
        member = self._members.get([question.member]).get(question.member)
        if member is None:
            return Look(NotTold(code="not_asked"), about=question.member)
        if not fits(member, question.field, question.value, self._today):
            return Look(Confirmed(), about=member.member, missed=True)
        card = self._members.cards_in_force([member.member], self._today).get(member.member)
        person = Person(
            member=member.member,
            name_ar=member.name_ar,
            name_latin=member.name_latin,
            category=member.category,
            territory=self._codes(member.territory),
            language=member.language,
            card=_ref(card) if card else None,
        )
        return Look(Confirmed(person=person), [member.member], about=member.member)

    def _household(self, question: Household) -> Look:
        bearer = self._members.bearer(question.card)
        if bearer is None or not bearer.is_active:
            return Look(NotTold(code="unknown_card"))
        found = [each for each in self._of_household(bearer) if each.is_active][:MOST_DEPENDANTS]
        ids = [each.member for each in found]
        cards = self._members.cards_in_force(ids, self._today)
        dependants = [
            Dependant(
                member=each.member,
                name_ar=masked(each.name_ar),
                name_latin=masked(each.name_latin),
                category=each.category,
                card=_ref(cards[each.member]) if each.member in cards else None,
            )
            for each in found
        ]
        return Look(Dependants(dependants=dependants), ids, about=bearer.member)

    def _of_household(self, bearer: Member) -> list[Member]:
        """Give whom a bearer may bring along: the own dependants, or a widow those of whom she outlived."""
        if not bearer.principal:
            return self._members.dependants(bearer.member)
        principal = self._members.get([bearer.principal]).get(bearer.principal)
        if bearer.category != Category.WIDOW or (principal and principal.is_active):
            return []
        household = self._members.dependants(bearer.principal)
        return [each for each in household if each.member != bearer.member]


def _asked_of(member: Member, query: Query) -> tuple[list[str], set[str]]:
    """Say what of a member is the same as what somebody typed, and what was asked about by it."""
    same = [
        name
        for name, is_same in (
            ("phone", query.phone != "" and query.phone == member.phone),
            ("employee_number", query.number != "" and query.number == member.employee_number),
        )
        if is_same
    ]
    return same, {*same, *(["phone"] if query.phone else [])}


def _ref(card: CardRow) -> CardRef:
    identity = CardIdentity.parse(card.card)
    return CardRef(
        key_id=identity.key_id,
        card_id=f"{identity.card_id:014x}",
        category=card.category,
        territory=card.territory,
        language=card.language,
    )
