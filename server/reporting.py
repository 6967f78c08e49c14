"""Reports of fairs and tours, made from the figures as they stand and written as files."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from server.assets import assets_dir, fonts_dir
from server.files.out.catalogue import words_of
from server.files.out.tables import CSV, WORKBOOK, csv_of, workbook_of
from server.office import OfficeError
from server.rules.fair import FairDefinition
from server.rules.moments import utc
from server.rules.report.fair import fair_report
from server.rules.report.model import Report
from server.rules.report.tour import Stop, tour_report
from server.store.engine import Store
from server.store.registry import Registry
from server.store.sessions import Sessions
from server.told import reading_fair
from server.told_tour import reading_tour
from wire.zones import zone_of

PDF: Final = ".pdf"
ENDINGS: Final = (PDF, WORKBOOK, CSV)
_NO_SESSION: Final = (
    "describe sessions in the tour's file, or add one of no fair:  riwaq-server session add ID --name fr=…"
)


def definitions_of(store: Store, body: str) -> dict[str, FairDefinition]:
    """Give every loaded fair's description, by its id."""
    with store.reading() as connection:
        rows = Registry(connection, body).fairs()
    return {row.fair: msgspec.json.decode(row.definition, type=FairDefinition) for row in rows}


def chosen(definitions: Mapping[str, FairDefinition], name: str) -> list[FairDefinition]:
    """Give the fair of that id, or all stops of the tour of that id; raises :class:`OfficeError`."""
    if not definitions:
        raise OfficeError("no tour is loaded yet: start with  riwaq-server tour load FILE")
    if name in definitions:
        return [definitions[name]]
    stops = [each for each in definitions.values() if each.fair.tour == name]
    if not stops:
        wrong = f"there is no fair and no tour {name!r}" if name else "there are several fairs"
        tours = dict.fromkeys(each.fair.tour for each in definitions.values())
        raise OfficeError(f"{wrong}: choose one of {', '.join([*definitions, *tours])}")
    return stops


def fair_with_session(store: Store, body: str, session: str, fair: str) -> str:
    """Give the one fair, or that of this id, that has a session; raises :class:`OfficeError`."""
    definitions = definitions_of(store, body)
    among = {each.fair.id: each for each in chosen(definitions, fair)} if fair else definitions
    having = [key for key, each in among.items() if session in {planned.id for planned in each.sessions}]
    if len(having) > 1:
        raise OfficeError(f"several fairs have a session {session!r}: choose with --fair {', '.join(having)}")
    if not having:
        known = [planned.id for each in among.values() for planned in each.sessions]
        known += [] if fair else _without_fair(store, body)
        choose = f"choose one of {', '.join(dict.fromkeys(known))}" if known else _NO_SESSION
        raise OfficeError(f"there is no session {session!r}: {choose}")
    return having[0]


def _without_fair(store: Store, body: str) -> list[str]:
    with store.reading() as connection:
        return [each.session for each in Sessions(connection, body).all()]


def local(now: int, definition: FairDefinition) -> datetime:
    """Give a moment, ms UTC, by a fair's clock."""
    return utc(now).astimezone(zone_of(definition.fair.timezone))


def report_of(store: Store, body: str, name: str, language: str, *, now: int, leaving: bool) -> Report:
    """Make the report of a fair or a tour; ``now`` is ms UTC."""
    definitions = definitions_of(store, body)
    stops = chosen(definitions, name)
    words = words_of(language, assets_dir())
    last = max(stops, key=lambda definition: max(definition.fair.days))
    made = local(now, last)
    with store.reading() as connection:
        logo = Registry(connection, body).logo_other_than(last.fair.id, "") or b""
    told = {each.fair.id: _stats(store, body, each.fair.id, now) for each in stops}
    if name in definitions:
        return fair_report(last, told[name], words, made=made, leaving=leaving, logo=logo)
    with reading_tour(store, body, name) as tour:
        of_tour = tour.stats(now)
    return tour_report(
        [Stop(each, told[each.fair.id]) for each in stops],
        words,
        made=made,
        leaving=leaving,
        logo=logo,
        of_tour=of_tour,
    )


def write_report(path: Path, report: Report) -> None:
    """Write a report into a file that is there, as what its ending says."""
    path.write_bytes(_content(path.suffix.lower(), report))


def _content(ending: str, report: Report) -> bytes:
    if ending == PDF:
        # Late: it loads what draws and joins letters.
        from server.files.out.report_pdf import report_pdf  # noqa: PLC0415

        return report_pdf(report, fonts_dir())
    tables = list(report.tables())
    if ending == CSV:
        return csv_of(tables)
    return workbook_of(tables, right_to_left=report.words.direction == "rtl", made=report.made)


def _stats(store: Store, body: str, fair: str, now: int) -> dict[str, Any]:
    with reading_fair(store, body, fair) as told:
        return told.stats(now)
