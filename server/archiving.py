"""One fair put away for good: its facts and what they come to, hashed and signed by the body."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import msgspec

from server.backup import SOFTWARE
from server.files.out.archive import Manifest, Sign, archive_to
from server.office import Office, OfficeError
from server.rules.archive import fact_line, fair_of, quarantined_line
from server.rules.sessions.held import BodySession, roll_of
from server.store.archived import Archived, QuarantinedRow
from server.store.engine import Store
from server.store.parts import Parts
from server.store.registry import Registry
from server.store.sessions import Sessions
from server.told import FairTold

_TELL_EVERY: Final = 1000
OnFacts = Callable[[int, int], None]
"""Gets (facts so far, facts in all)."""


def archive(
    store: Store, office: Office, fair: str, path: Path, *, sign: Sign, now: int, on_facts: OnFacts
) -> Manifest:
    """Write a fair's archive into a file that is there; ``now`` is ms UTC. From one moment of the ledger.

    Raises :class:`OfficeError` where there is no such fair, :class:`ServerError` where it cannot be written.
    """
    key, body = office.body_public_key, office.body
    with store.reading() as connection:
        registry, archived = Registry(connection, body), Archived(connection, body)
        rows = {row.fair: row for row in registry.fairs()}
        if fair not in rows:
            raise OfficeError(f"there is no fair {fair!r}: choose one of {', '.join(rows)}")
        at = time.gmtime(now / 1000)[:6]
        told = FairTold(Parts(connection, body), fair)
        in_all = archived.count(fair)
        kiosks = {kiosk.device for kiosk in registry.all_kiosks() if kiosk.fair == fair}
        with archive_to(path, at) as writer:
            writer.add("facts.jsonl", _counted(map(fact_line, archived.facts(fair)), in_all, on_facts))
            writer.add("quarantine.jsonl", _quarantined(archived.quarantined(), fair, kiosks))
            writer.add("figures.json", [_pretty(msgspec.json.encode(told.stats(now)))])
            writer.add("definition.json", [_pretty(rows[fair].definition)])
            _, programme = registry.programmes().get(fair, (0, b""))
            if programme:
                writer.add("programme.signed", [programme])
            of_body = Sessions(connection, body)
            if listed := of_body.all():
                writer.add("sessions.json", [_pretty(msgspec.json.encode(_sessions(of_body, listed)))])
            return writer.close(
                sign,
                software=SOFTWARE,
                made_at=now,
                body=body,
                body_key=key.hex(),
                fair=fair,
                facts=writer.files["facts.jsonl"].lines,
            )


def _sessions(sessions: Sessions, listed: Sequence[BodySession]) -> list[dict[str, Any]]:
    """Tell the body's sessions that belong to no fair, and what they recommend; of people their number."""
    ids = [each.session for each in listed]
    rolls, recommended = sessions.rolls(ids), sessions.recommendations(ids)
    return [
        {
            **msgspec.structs.asdict(each),
            **asdict(roll_of(rolls[each.session])),
            "recommendations": recommended[each.session],
        }
        for each in listed
    ]


def _quarantined(rows: Iterable[QuarantinedRow], fair: str, kiosks: set[str]) -> Iterator[bytes]:
    for row in rows:
        said = fair_of(row.raw)
        # What nobody can read belongs to the fair of the kiosk that sent it.
        if said == fair or (said is None and row.device in kiosks):
            about = row._asdict()
            yield quarantined_line(about, about.pop("raw"))


def _counted(lines: Iterable[bytes], in_all: int, on_facts: OnFacts) -> Iterator[bytes]:
    for number, line in enumerate(lines, 1):
        yield line
        if number % _TELL_EVERY == 0 or number == in_all:
            on_facts(number, in_all)


def _pretty(content: bytes) -> bytes:
    return msgspec.json.format(content) + b"\n"
