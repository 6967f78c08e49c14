"""The page of files that one can take home, as texts in one language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from server.rules.access import Action, Holder, may
from server.rules.fair import FairDefinition
from server.rules.pages.offers import partners_with_file
from server.rules.take_home import ENDINGS, PROGRAMS, Kind, Wish
from server.rules.things import fair_thing, tour_partner_thing, tour_thing
from server.rules.wording import OWN_NAMES, Words
from wire.described import Names


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with its id and names."""

    id: str
    names: Names


@dataclass(frozen=True, slots=True)
class Files:
    """What an account may take home of a fair, or of a whole tour.

    ``partners`` and ``sessions`` are those of whom there is a file; ``days`` are ISO dates, the first and the
    last. ``stops`` have files of their own: the fairs of a tour; of a fair its tour.
    """

    of: str
    is_tour: bool
    names: Names
    days: list[str]
    languages: list[str]
    report: bool
    archive: bool
    partners: list[Named]
    sessions: list[Named]
    stops: list[Named]


class Choice(msgspec.Struct, frozen=True):
    """A kind of file: what the form sends, and what stands on the button."""

    value: str
    word: str


class FileRow(msgspec.Struct, frozen=True):
    """A file. ``what`` is in it, ``who`` may have it; ``leaving``: it can be made for readers outside."""

    id: str
    icon: str
    title: str
    name: str
    what: str
    who: str
    address: str
    choices: list[Choice]
    leaving: bool


class Link(msgspec.Struct, frozen=True):
    """Another page of files."""

    id: str
    name: str
    address: str


class FilesPage(msgspec.Struct, frozen=True):
    """Everything on the page."""

    title: str
    place: str
    when: str
    files: list[FileRow]
    languages: list[Choice]
    language: str
    links: list[Link]


def files_of_fair(
    definition: FairDefinition, holder: Holder, languages: Sequence[str], *, is_stop: bool
) -> Files:
    """Say what an account may take home of a fair; ``is_stop``: its tour has others."""
    fair, thing = definition.fair, fair_thing(definition)
    partners = {each.id: each.names for each in definition.partners}
    lists = may(holder, Action.SEE_ROLL_CALL, thing)
    return Files(
        of=fair.id,
        is_tour=False,
        names=fair.names,
        days=[min(fair.days).isoformat(), max(fair.days).isoformat()],
        languages=list(languages),
        report=may(holder, Action.REPORT, thing),
        archive=may(holder, Action.ARCHIVE, thing),
        partners=[Named(each, partners[each]) for each in partners_with_file(definition, holder)],
        sessions=[Named(each.id, each.names) for each in definition.sessions if lists],
        stops=[Named(fair.tour, definition.tour_names)] if is_stop else [],
    )


def files_of_tour(stops: Sequence[FairDefinition], holder: Holder, languages: Sequence[str]) -> Files | None:
    """Say what an account may take home of a whole tour, and of which of its stops there are files."""
    whole = tour_thing(stops)
    known = [each for each in stops if may(holder, Action.KNOW_FAIR, fair_thing(each))]
    if whole is None or not known:
        return None
    ordered = sorted(known, key=lambda each: (min(each.fair.days), each.fair.id))
    partners = {each.id: each.names for stop in ordered for each in stop.partners}
    offering = {offer.partner for stop in stops for offer in stop.offers}
    things = {partner: tour_partner_thing(stops, partner) for partner in partners if partner in offering}
    own = [key for key, thing in things.items() if thing and may(holder, Action.PARTNER_FILE, thing)]
    last, days = ordered[-1], [day for each in ordered for day in each.fair.days]
    return Files(
        of=last.fair.tour,
        is_tour=True,
        names=last.tour_names,
        days=[min(days).isoformat(), max(days).isoformat()],
        languages=list(languages),
        report=may(holder, Action.REPORT, whole),
        archive=False,
        partners=[Named(key, partners[key]) for key in own],
        sessions=[],
        stops=[Named(each.fair.id, each.fair.names) for each in ordered],
    )


def title_of(wish: Wish, definitions: Iterable[FairDefinition], words: Words) -> str:
    """Name a file for people: what it is, and of whom; empty where there is no such session or partner."""
    stops = [each for each in definitions if wish.of in {each.fair.id, each.fair.tour}]
    # A fair comes first where one has a tour's id.
    fairs = [each for each in stops if each.fair.id == wish.of] or stops
    if not fairs:
        return ""
    last = fairs[-1]
    names = last.fair.names if last.fair.id == wish.of else last.tour_names
    parts = [words.text(TITLES[wish.kind]), words.name(names, wish.of)]
    if wish.about:
        listed = (fair.partners if wish.kind is Kind.PARTNER else fair.sessions for fair in fairs)
        about = [each.names for of_fair in listed for each in of_fair if each.id == wish.about]
        if not about:
            return ""
        parts.insert(1, words.name(about[0], wish.about))
    if wish.leaving:
        parts.append(words.text("for readers outside"))
    return " - ".join(parts)


def page_of(found: Files, words: Words, _: int) -> FilesPage:
    """Put what there is into words."""
    base = f"/{'tour' if found.is_tour else 'fair'}/{found.of}/files"
    others = "fair" if found.is_tour else "tour"
    links = [
        Link(each.id, words.name(each.names, each.id), f"/{others}/{each.id}/files") for each in found.stops
    ]
    first, last = (date.fromisoformat(day) for day in found.days)
    return FilesPage(
        title=words.text("Files"),
        place=words.name(found.names, found.of),
        when=words.days(first, last),
        files=list(_rows(found, base, words)),
        languages=[Choice(each, OWN_NAMES[each]) for each in found.languages],
        language=words.language if words.language in found.languages else found.languages[0],
        links=links,
    )


TITLES: Final = {
    Kind.REPORT: "Report",
    Kind.PARTNER: "Sign-ups for the partner",
    Kind.ATTESTATION: "Attendance list",
    Kind.ARCHIVE: "Archive",
}
_ICONS: Final = {
    Kind.REPORT: "chart-column",
    Kind.PARTNER: "handshake",
    Kind.ATTESTATION: "clipboard-list",
    Kind.ARCHIVE: "archive",
}


def _rows(found: Files, base: str, words: Words) -> Iterable[FileRow]:
    whole = Named("", {})
    if found.report:
        what = words.text("Figures, charts and comparisons for the board, with no names.")
        who = words.text("For organizers, for coordinators of the place and for auditors.")
        yield _row(Kind.REPORT, whole, (what, who), base, words)
    for partner in found.partners:
        what = words.text(
            "Members who signed up and have not withdrawn: name, telephone, what they agreed to."
        )
        who = words.text("For this partner alone, and for organizers. The audit log notes each time.")
        yield _row(Kind.PARTNER, partner, (what, who), base, words)
    for session in found.sessions:
        what = words.text("Who attended the session, by name, with room for signatures.")
        who = words.text("For organizers and coordinators of the place. The audit log notes each time.")
        yield _row(Kind.ATTESTATION, session, (what, who), base, words)
    if found.archive:
        what = words.text(
            "All that happened at the fair, hashed and signed, to be put away for good; no names."
        )
        who = words.text("For the body's own office. The audit log notes each time.")
        yield _row(Kind.ARCHIVE, whole, (what, who), base, words)


def _row(kind: Kind, about: Named, told: tuple[str, str], base: str, words: Words) -> FileRow:
    of_one = bool(about.id)
    return FileRow(
        id=f"{kind}-{about.id}" if of_one else kind,
        icon=_ICONS[kind],
        title=words.text(TITLES[kind]),
        name=words.name(about.names, about.id),
        what=told[0],
        who=told[1],
        address=f"{base}/{kind}/{about.id}" if of_one else f"{base}/{kind}",
        choices=[Choice(each, PROGRAMS[each]) for each in ENDINGS[kind]],
        leaving=kind is Kind.REPORT,
    )
