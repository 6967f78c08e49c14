"""The pages of exceptions as texts in one language: each says what happened, and what can be done."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from server.rules.exceptions import DECISIONS, Kind
from server.rules.pages.exceptions_data import (
    DecidedItem,
    ExceptionSeen,
    ExceptionsSeen,
    FairNames,
    Happened,
    Item,
    Person,
)
from server.rules.pages.exceptions_words import (
    advice,
    decision_words,
    fact_words,
    field_words,
    kind_words,
    reason_words,
    what_follows,
)
from server.rules.usual_names import category_name
from server.rules.wording import Words
from wire.described import Names

REFUSALS: Final = {
    "decision": "That cannot be decided about this exception. Load the page again.",
    "reason": "Write why, in a few words: whoever looks later wants to know.",
    "long": "The reason is too long: at most 200 letters, in one line.",
    "gone": "This exception is no longer there: somebody has decided, or it has changed. Look at the list"
    " again.",
}
"""Why something was not decided, in English: the texts' keys."""
ORDER: Final = (Kind.LIKE, Kind.TRAVEL, Kind.WITHDRAWN, Kind.QUARANTINED, Kind.REJECTED, Kind.UNMADE)
_MINUTE_MS: Final = 60_000
_NOWHERE: Final = FairNames({}, "Africa/Casablanca", {}, {}, {})


class PersonRow(msgspec.Struct, frozen=True):
    """One of two people, masked."""

    name_ar: str
    name_latin: str
    about: str
    stays: bool


class AgreesRow(msgspec.Struct, frozen=True):
    """Whether two people agree in something: a shape's name, and a word."""

    name: str
    word: str
    health: str


class ItemRow(msgspec.Struct, frozen=True):
    """One exception; ``decided`` says who decided what and when, empty while it waits."""

    id: str
    kind: str
    health: str
    address: str
    title: str
    fair: str
    lines: list[str]
    people: list[PersonRow]
    agrees: list[AgreesRow]
    cards: list[str]
    advice: str
    decision: str
    decided: str
    reason: str


class Group(msgspec.Struct, frozen=True):
    """The exceptions of one kind that wait; ``count`` says how many, ``more`` how many are not shown."""

    id: str
    title: str
    count: str
    more: str
    items: list[ItemRow]


class ExceptionsPage(msgspec.Struct, frozen=True):
    """The page of a fair's exceptions, or of all."""

    fair: str
    title: str
    when: str
    note: str
    groups: list[Group]
    decided: list[ItemRow]


class Choice(msgspec.Struct, frozen=True):
    """What can be decided, and what follows."""

    value: str
    word: str
    follows: str


class ExceptionPage(msgspec.Struct, frozen=True):
    """The page of one exception; ``choices`` are empty where nothing can be decided."""

    fair: str
    title: str
    when: str
    back: str
    item: ItemRow
    choices: list[Choice]


def page_of(seen: ExceptionsSeen, words: Words, now: int) -> ExceptionsPage:
    """Put exceptions into words."""
    waiting = sum(seen.counts.values())
    names = seen.fairs.get(seen.fair)
    return ExceptionsPage(
        fair=seen.fair,
        title=words.text("To decide · {fair}", fair=words.name(names.names, seen.fair))
        if names
        else words.text("To decide · all fairs"),
        when="",
        note=words.counted("{count} thing to decide", "{count} things to decide", waiting)
        if waiting
        else words.text("Nothing waits for a decision."),
        groups=[_group(kind, seen, words, now) for kind in ORDER if seen.counts.get(kind)],
        decided=[item_row(each.item, seen.fairs, words, now, decided=each) for each in seen.decided],
    )


def one_page(seen: ExceptionSeen, words: Words, now: int) -> ExceptionPage:
    """Put one exception into words."""
    item = seen.item
    names = decision_words(words)
    follows = what_follows(words)
    return ExceptionPage(
        fair=seen.fair,
        title=kind_words(words)[item.kind],
        when="",
        back=f"/fair/{seen.fair}/exceptions",
        item=item_row(item, seen.fairs, words, now, decided=seen.decided, within=seen.fair),
        choices=[Choice(each, names[each], follows[each]) for each in DECISIONS[item.kind]]
        if seen.may_decide
        else [],
    )


def _group(kind: Kind, seen: ExceptionsSeen, words: Words, now: int) -> Group:
    items = [item for item in seen.waiting if item.kind == kind]
    left = seen.counts[kind] - len(items)
    return Group(
        id=kind,
        title=kind_words(words)[kind],
        count=words.number(seen.counts[kind]),
        more=words.counted(
            "{count} more, shown once these are decided", "{count} more, shown once these are decided", left
        )
        if left
        else "",
        items=[item_row(item, seen.fairs, words, now, within=seen.fair) for item in items],
    )


def item_row(
    item: Item,
    fairs: Mapping[str, FairNames],
    words: Words,
    now: int,
    *,
    decided: DecidedItem | None = None,
    within: str = "",
) -> ItemRow:
    """Put one exception into words; ``within`` is the fair whose page shows it."""
    of_fair = fairs.get(item.fair, _NOWHERE)
    fair = within if within in item.fairs else item.fair
    return ItemRow(
        id=f"{item.kind}-{item.key}".replace(":", "-"),
        kind=item.kind,
        health="bad" if item.kind == Kind.QUARANTINED else "watch",
        address=f"/fair/{fair}/exceptions/{item.kind}/{item.key}" if fair else "",
        title=_title(item, fairs, words),
        fair=words.name(of_fair.names, item.fair) if not within else "",
        lines=list(_lines(item, fairs, words, now)),
        people=_people(item.people, of_fair, words, now),
        agrees=_agrees(item.agrees, words),
        cards=item.cards,
        advice=advice(item, words),
        decision=decision_words(words)[decided.decision] if decided else "",
        decided=words.text(
            "{who}, {since}", who=isolated(decided.who), since=words.moment(decided.at, of_fair.zone, now)
        )
        if decided
        else "",
        reason=decided.reason if decided else "",
    )


def _title(item: Item, fairs: Mapping[str, FairNames], words: Words) -> str:
    kiosk = isolated(item.kiosk or "–")  # noqa: RUF001 - a dash that stands for no name
    match item.kind:
        case Kind.QUARANTINED:
            return words.counted(
                "{count} fact of kiosk {kiosk} contradicts another",
                "{count} facts of kiosk {kiosk} contradict others",
                item.count,
                kiosk=kiosk,
            )
        case Kind.REJECTED:
            return words.counted(
                "{count} fact of kiosk {kiosk} cannot be read",
                "{count} facts of kiosk {kiosk} cannot be read",
                item.count,
                kiosk=kiosk,
            )
        case Kind.UNMADE:
            return words.counted(
                "Nothing came of {count} registration at kiosk {kiosk}",
                "Nothing came of {count} registrations at kiosk {kiosk}",
                item.count,
                kiosk=kiosk,
            )
        case Kind.LIKE:
            return words.text("Two members who may be one person")
        case Kind.TRAVEL:
            return _travel_title(item, fairs, words)
        case Kind.WITHDRAWN:
            offers = fairs.get(item.fair, _NOWHERE).offers
            return words.text(
                "Signed up to {offer}, and withdrawn: nobody knows in which order",
                offer=isolated(_named(offers, item.offer, words)),
            )


def _travel_title(item: Item, fairs: Mapping[str, FairNames], words: Words) -> str:
    names = [isolated(words.name(fairs.get(each.fair, _NOWHERE).names, each.fair)) for each in item.happened]
    minutes = max(0, (item.at - item.since) // _MINUTE_MS)
    one, other = (*names, "", "")[:2]
    return words.counted(
        "At {here}, and {count} minute later at {there}",
        "At {here}, and {count} minutes later at {there}",
        minutes,
        here=one,
        there=other,
    )


def _lines(item: Item, fairs: Mapping[str, FairNames], words: Words, now: int) -> Sequence[str]:
    zone = fairs.get(item.fair, _NOWHERE).zone
    lines = []
    if item.kind in {Kind.QUARANTINED, Kind.REJECTED, Kind.UNMADE}:
        lines.append(words.text("since {since}", since=words.moment(item.since, zone, now)))
    if item.reason:
        lines.append(reason_words(words).get(item.reason, isolated(item.reason)))
    lines += [_happened(each, item, fairs, words, now) for each in item.happened]
    if item.category:
        own = fairs.get(item.fair, _NOWHERE).categories
        lines.append(words.text("a member · {category}", category=category_name(item.category, own, words)))
    return lines


def _happened(each: Happened, item: Item, fairs: Mapping[str, FairNames], words: Words, now: int) -> str:
    if not each.at:
        return words.text("a fact that cannot be read")
    there = fairs.get(each.fair or item.fair, _NOWHERE)
    at = words.moment(each.at, there.zone, now)
    said = [at]
    if each.kind:
        said.insert(0, fact_words(words).get(each.kind, isolated(each.kind)))
    if item.kind != Kind.QUARANTINED:
        said.append(isolated(words.name(there.names, each.fair)))
    if each.booth:
        said.append(isolated(_named(there.booths, each.booth, words)))
    if item.kind == Kind.WITHDRAWN and not each.is_measured:
        said.append(words.text("by a clock that was never checked"))
    return " · ".join(said)


def _people(people: Sequence[Person], of_fair: FairNames, words: Words, now: int) -> list[PersonRow]:
    rows = []
    for place, person in enumerate(people):
        said = [
            category_name(person.category, of_fair.categories, words),
            words.text("known since {since}", since=words.past(person.known_since, of_fair.zone, now)),
            words.counted("{count} card", "{count} cards", person.cards),
        ]
        if not person.is_active:
            said.append(words.text("without rights now"))
        rows.append(PersonRow(person.name_ar, person.name_latin, " · ".join(said), stays=not place))
    return rows


def _agrees(agrees: Mapping[str, str], words: Words) -> list[AgreesRow]:
    names = field_words(words)
    said = {
        "same": words.text("the same"),
        "different": words.text("different"),
        "one": words.text("known of one alone"),
    }
    return [
        AgreesRow(names[name], said[how], {"same": "good", "different": "bad"}.get(how, "watch"))
        for name, how in agrees.items()
        if how in said and name in names
    ]


def _named(names: Mapping[str, Names], key: str, words: Words) -> str:
    return words.name(names.get(key, {}), key)


def isolated(name: str) -> str:
    """Keep a name's direction of writing to itself."""
    return f"\u2068{name}\u2069"
