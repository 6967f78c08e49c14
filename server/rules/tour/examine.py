"""Reading a whole tour: every section, and what holds between them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from server.rules.fair import FairDefinition
from server.rules.hints import TomlHints
from server.rules.reader import Finding, Reader, shown
from server.rules.tour.definition import EXAMPLES, TourDefinition
from server.rules.tour.fairs import Stop, booths_of, read_fairs, read_head, refuse_disagreement
from server.rules.tour.lists import first_numbers, refuse_double_names
from server.rules.tour.members import read_members
from server.rules.tour.registration import read_registration
from server.rules.tour.sessions import Planned, read_sessions
from server.rules.tour.stalls import At, read_booths, read_offers, read_partners
from server.rules.tour.territories import read_levels, read_territories
from server.rules.tour.theme import read_theme
from server.rules.tour.topics import read_topics
from server.rules.tour.words import (
    read_categories,
    read_consents,
    read_languages,
    read_notices,
    read_retention,
)
from wire.described import Names, Offer
from wire.envelope import MAX_PLAIN
from wire.programme import MAX_BYTES, Body, Booth, Fair, ServerKeys, programme_length

MAX_BOOTHS: Final = 1000
ROOM_FOR_KEYS: Final = 64 * 1024
"""Bytes of a signed programme that are left for the keys of a body's kiosks: some five hundred."""
_PLAIN_ROOM: Final = 256 * 1024
_SECTIONS: Final = (
    "partners",
    "offers",
    "sessions",
    "territories",
    "levels",
    "categories",
    "consents",
    "notices",
    "topics",
    "theme",
    "retention",
    "members",
    "registration",
)


def examine(
    values: Mapping[str, Any], words: TomlHints | None = None
) -> tuple[TourDefinition | None, list[Finding]]:
    """Read a description; the definition is there only where nothing is wrong. Never raises."""
    reader = Reader(words or TomlHints(EXAMPLES))
    top = reader.table(values, (), required=("body", "tour", "fairs", "booths"), optional=_SECTIONS)
    body = _body(reader, top.get("body"))
    table = reader.table(
        top.get("tour"),
        ("tour",),
        required=("id", "names"),
        # Whoever read the file has put what stands there in its place.
        optional=("timezone", "region", "opens", "closes", "languages", "territories_from"),
    )
    head = read_head(reader, table)
    languages = read_languages(reader, table.get("languages"))
    levels = read_levels(reader, top.get("levels"))
    territories = read_territories(reader, top.get("territories"), levels)
    places = dict.fromkeys(entry.id for entry in territories if entry.id)
    named_fairs = _ids(top.get("fairs"))
    partners = read_partners(reader, top.get("partners"))
    booths, booths_at = read_booths(reader, top.get("booths"), partners, named_fairs)
    known_booths = dict.fromkeys(booth.id for booth in booths if booth.id)
    if len(booths) > MAX_BOOTHS:
        reader.note(("booths",), f"the tour has {len(booths)} booths", f"describe at most {MAX_BOOTHS}")
    stops = read_fairs(reader, top.get("fairs"), head, territories=places, booths=known_booths)
    consents = read_consents(reader, top.get("consents"), languages)
    offers, offers_at = read_offers(
        reader,
        top.get("offers"),
        booths=booths,
        territories=places,
        consents=consents,
        fairs=named_fairs,
    )
    planned = read_sessions(
        reader,
        top.get("sessions"),
        days={stop.id: stop.fair.days for stop in stops if stop.id},
        booths=known_booths,
        territories=places,
    )
    theme, logo = read_theme(reader, top.get("theme"), languages)
    categories = read_categories(reader, top.get("categories"))
    members = read_members(reader, top.get("members"))
    shared = FairDefinition(
        body=body,
        fair=stops[0].fair if stops else _NOWHERE,
        booths=booths,
        partners=partners,
        territories=territories,
        tour_names=head.names,
        levels=levels,
        categories=categories,
        consents=consents,
        notices=read_notices(reader, top.get("notices"), languages),
        topics=read_topics(reader, top.get("topics")),
        theme=theme,
        retention=read_retention(reader, top.get("retention")),
        members=members,
        form=read_registration(
            reader,
            top.get("registration"),
            members=members,
            consents=[consent.id for consent in consents],
            categories=[category.id for category in categories],
        ),
    )
    fairs = [
        _definition(reader, stop, shared, at=booths_at, offers=_at(offers, offers_at, stop), planned=planned)
        for stop in stops
        if len(booths) <= MAX_BOOTHS
    ]
    if not reader.findings:
        _refuse_too_long(reader, fairs)
    if reader.findings:
        return None, reader.findings
    invitees: dict[str, dict[str, list[str]]] = {}
    for entry in planned:
        if entry.invitees is not None:
            invitees.setdefault(entry.fair, {})[entry.session.id] = entry.invitees
    tour = TourDefinition(body=body, id=head.id, names=head.names, fairs=fairs, invitees=invitees, logo=logo)
    return tour, []


_NOWHERE: Final = Fair(id="", tour="", names={}, days=[])


def _body(reader: Reader, value: object) -> Body:
    table = reader.table(value, ("body",), required=("id", "names"))
    return Body(
        id=reader.slug(table.get("id"), ("body", "id")),
        names=reader.names(table.get("names"), ("body", "names")),
    )


def _ids(value: object) -> dict[str, None]:
    """Give the ids that a section will have, before it is read."""
    listed = value if isinstance(value, list) else []
    ids = [entry.get("id") for entry in listed if isinstance(entry, dict)]
    return dict.fromkeys(text for text in ids if isinstance(text, str) and text)


def _at(offers: Sequence[Offer], at: At, stop: Stop) -> list[Offer]:
    return [offer for offer in offers if offer.id not in at or stop.id in at[offer.id]]


def _definition(
    reader: Reader,
    stop: Stop,
    shared: FairDefinition,
    *,
    at: At,
    offers: Sequence[Offer],
    planned: Sequence[Planned],
) -> FairDefinition:
    """Make one fair's own view of the tour."""
    refuse_disagreement(reader, stop, at)
    booths = booths_of(stop, shared.booths, at)
    if shared.booths and not booths and stop.booths is None:
        what = "every booth is at other fairs alone"
        reader.note(
            (*stop.place, "booths"), what, "add this fair to the fairs of its booths", by_itself=False
        )
    ids = {booth.id for booth in booths}
    _refuse_double_booth_names(reader, booths, first_numbers(shared.booths))
    sessions = [entry.session for entry in planned if entry.fair == stop.id]
    for number, entry in enumerate(planned):
        booth = entry.session.booth
        if entry.fair == stop.id and booth and booth not in ids:
            what = f"{shown(stop.id)} has no booth {shown(booth)}"
            reader.note(("sessions", number, "booth"), what, "write one of its booths", by_itself=False)
    partners = {booth.partner for booth in booths}
    return msgspec.structs.replace(
        shared,
        fair=stop.fair,
        region=stop.region,
        booths=booths,
        partners=[partner for partner in shared.partners if partner.id in partners],
        offers=[offer for offer in offers if offer.booth in ids],
        sessions=sessions,
    )


def _refuse_double_booth_names(reader: Reader, booths: Sequence[Booth], numbers: Mapping[str, int]) -> None:
    """Note booths of one fair with one name, each once in the whole tour."""
    noted = {finding.place for finding in reader.findings}
    found = Reader(reader.words)
    named: list[tuple[tuple[str | int, ...], Names]] = [
        (("booths", numbers[booth.id], "names"), booth.names) for booth in booths
    ]
    refuse_double_names(found, named)
    for finding in found.findings:
        if finding.place not in noted:
            reader.note(*finding[:3], by_itself=finding.by_itself)


def _refuse_too_long(reader: Reader, fairs: Sequence[FairDefinition]) -> None:
    """Note the first fair of which the signed programme would not reach its kiosks."""
    no_keys = ServerKeys(signing=bytes(32), sealing=bytes(32))
    for number, fair in enumerate(fairs):
        programme = fair.programme(version=1, issued_at=0, server=no_keys, card_keys=[], kiosks=[])
        size, plain = programme_length(programme), len(msgspec.json.encode(programme))
        if size <= MAX_BYTES - ROOM_FOR_KEYS and plain <= MAX_PLAIN - _PLAIN_ROOM:
            continue
        lists: dict[str, Sequence[object]] = {
            "booths": fair.booths,
            "partners": fair.partners,
            "territories": fair.territories,
            "offers": fair.offers,
            "sessions": fair.sessions,
            "notices": fair.notices,
            "consents": fair.consents,
        }
        longest = max(lists, key=lambda key: len(msgspec.json.encode(lists[key])))
        what = (
            f"the programme of {shown(fair.fair.id)} takes {size} bytes packed and {plain} unpacked, and a "
            f"kiosk is sent at most {MAX_BYTES - ROOM_FOR_KEYS} and {MAX_PLAIN - _PLAIN_ROOM}"
        )
        place = (longest,) if number == 0 else ("fairs", number)
        reader.note(place, what, f"describe fewer {longest}, or shorten their words", by_itself=False)
        return
