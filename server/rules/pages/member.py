"""Who was found, masked; and one member in full, for whoever has opened that page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from server.rules.figures import category_key
from server.rules.members.member import Member, kind_names
from server.rules.pages.member_data import (
    MemberCard,
    MemberConsent,
    MemberFound,
    MemberSeen,
    MembersFound,
)
from server.rules.usual_names import category_name
from server.rules.wording import OWN_NAMES, Words
from wire.described import Names

_FULL_DATE: Final = 10


@dataclass(frozen=True, slots=True)
class FoundLine:
    """Somebody who was found: masked names, and what tells one from another."""

    id: str
    names: list[str]
    facts: list[str]
    is_active: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The answer to a search."""

    title: str
    when: str
    told: str
    more: str
    found: list[FoundLine]


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its value. ``is_number``: it runs from left to right in every language."""

    name: str
    value: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card: its number, whether it is good (a word), and the rest."""

    id: str
    health: str
    word: str
    facts: list[str]
    reason: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody of the household."""

    id: str
    names: list[str]
    category: str
    word: str


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A consent: what it is called, its text where that is known, and when it was given."""

    name: str
    text: str
    given: str


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One member in full."""

    title: str
    when: str
    id: str
    is_active: bool
    names: list[str]
    fields: list[Field]
    household: list[PersonLine]
    cards: list[CardLine]
    consents: list[ConsentLine]
    in_force: list[str]


def found_page(seen: MembersFound, words: Words) -> FoundPage:
    """Put who was found into words."""
    count = len(seen.found)
    told = words.counted("{count} member found", "{count} members found", count)
    if not count:
        told = words.text("Nobody is found: write less of the name, or another number.")
    more = words.text("There may be more than these: write more of the name.") if seen.more else ""
    return FoundPage(
        title=words.text("Members"),
        when=words.text("Search"),
        told=told,
        more=more,
        found=[_found_line(each, seen.categories, words) for each in seen.found],
    )


def _found_line(found: MemberFound, own: Mapping[str, Names], words: Words) -> FoundLine:
    facts = [_category(found.category, own, words)]
    if found.birth:
        facts.append(words.text("born in {year}", year=found.birth))
    if found.phone:
        facts.append(words.text("telephone ending in {digits}", digits=found.phone))
    if place := words.name(found.place):
        facts.append(place)
    facts.append(words.text("has a card") if found.has_card else words.text("without a card"))
    return FoundLine(found.member, _names(found.name_ar, found.name_latin, words), facts, found.is_active)


def member_page(seen: MemberSeen, words: Words, now: int) -> MemberPage:
    """Put one member into words at ``now``, ms UTC."""
    member = seen.member
    names = _names(member.name_ar, member.name_latin, words)
    today = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
    cards = [_card(card, today, seen.zone, now, words) for card in seen.cards]
    return MemberPage(
        title=names[0] if names else member.member,
        when=_category(member.category, seen.categories, words),
        id=member.member,
        is_active=member.is_active,
        names=names[1:],
        fields=[field for field in _fields(seen, words, now) if field.value],
        household=[_person(each, seen, words) for each in seen.household],
        cards=cards,
        consents=[_consent(each, seen.zone, now, words) for each in seen.consents],
        in_force=[card.id for card in cards if card.health == "good"],
    )


def _names(arabic: str, latin: str, words: Words) -> list[str]:
    """Give the names there are, that in the script of the reader's language first."""
    return [name for name in ((arabic, latin) if words.direction == "rtl" else (latin, arabic)) if name]


def _category(category: int, own: Mapping[str, Names], words: Words) -> str:
    return category_name(category_key(category), own, words)


def _fields(seen: MemberSeen, words: Words, now: int) -> Iterator[Field]:
    member = seen.member
    kinds = {
        "member": words.text("member"),
        "beneficiary": words.text("beneficiary"),
        "donor": words.text("donor"),
        "partner": words.text("partner"),
    }
    yield Field(words.text("Member's number"), member.member, is_number=True)
    yield Field(words.text("Employee number"), member.employee_number, is_number=True)
    yield Field(words.text("Born"), _birth(member.birth, words))
    yield Field(words.text("Telephone"), member.phone, is_number=True)
    yield Field(words.text("E-mail"), member.email, is_number=True)
    yield Field(words.text("Lives in"), words.name(seen.place, member.territory))
    yield Field(words.text("Language"), OWN_NAMES.get(member.language, member.language))
    named = words.text(", ").join(kinds[name] for name in kind_names(member.kinds))
    yield Field(words.text("What this person is to the body"), named)
    if member.national_tail:
        ends = words.text("ends in {tail}; the rest is not kept", tail=member.national_tail)
        yield Field(words.text("National id"), ends)
    yield Field(words.text("Known since"), words.past(seen.made_at, seen.zone, now))
    yield Field(words.text("Last changed"), words.past(seen.changed_at, seen.zone, now))
    if member.deactivated_at is not None:
        yield Field(words.text("Deactivated"), words.past(member.deactivated_at, seen.zone, now))


def _birth(birth: str, words: Words) -> str:
    """Write a day of birth in words, and one that is known in part as it is."""
    return words.days(*[date.fromisoformat(birth)] * 2) if len(birth) == _FULL_DATE else birth


def _reason(reason: str, words: Words) -> str:
    """Say why a card was refused; what somebody has typed stays as it is."""
    known = {
        "lost": words.text("lost"),
        "damaged": words.text("damaged"),
        "other": words.text("another reason"),
        "deactivated": words.text("the member was deactivated"),
        "voided": words.text("taken back by the staff"),
    }
    return known.get(reason, reason)


def _card(card: MemberCard, today: str, zone: str, now: int, words: Words) -> CardLine:
    facts = []
    if card.valid_from and card.valid_to:
        facts.append(words.days(date.fromisoformat(card.valid_from), date.fromisoformat(card.valid_to)))
    if card.issued_at is not None:
        facts.append(words.text("issued: {at}", at=words.past(card.issued_at, zone, now)))
    if card.revoked_at is not None:
        facts.append(words.text("refused since {at}", at=words.past(card.revoked_at, zone, now)))
        return CardLine(card.card, "bad", words.text("refused"), facts, _reason(card.reason, words))
    if card.valid_to and not card.valid_from <= today <= card.valid_to:
        return CardLine(card.card, "watch", words.text("outside its dates"), facts, "")
    return CardLine(card.card, "good", words.text("in force"), facts, "")


def _person(member: Member, seen: MemberSeen, words: Words) -> PersonLine:
    is_principal = member.member == seen.member.principal
    word = words.text("principal") if is_principal else words.text("dependant")
    if not member.is_active:
        word = words.text("{word}, deactivated", word=word)
    names = _names(member.name_ar, member.name_latin, words)
    return PersonLine(member.member, names, _category(member.category, seen.categories, words), word)


def _consent(consent: MemberConsent, zone: str, now: int, words: Words) -> ConsentLine:
    given = words.text(
        "version {version}, read in {language}, given: {at}",
        version=words.number(consent.version),
        language=OWN_NAMES.get(consent.language, consent.language),
        at=words.past(consent.at, zone, now),
    )
    return ConsentLine(consent.consent, words.name(consent.texts), given)
