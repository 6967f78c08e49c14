"""``facts list``: the ledger, a line a fact. ``facts import``: what was carried on a stick."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from server.bootstrap import enrolling_of
from server.commands.common import dir_option, json_option, opened, show
from server.office import OfficeError, now_ms
from server.rules.ingest import Verdict
from server.sticks import StickReport, SticksIntake, stick_files
from server.store.ledger import Ledger


@click.group("facts")
def group() -> None:
    """Look into the ledger of facts, and take in what was carried on a stick."""


@group.command("list")
@click.option("--fair", default="", help="Only this fair's.")
@dir_option
@json_option
def list_(*, fair: str, directory: Path, as_json: bool) -> None:
    """List every fact: place, id, kind, what became of it. With --json one object a line."""
    with opened(directory) as (_, store, office), store.reading() as connection:
        for row in Ledger(connection, office.body).facts(fair or None):
            if as_json:
                click.echo(json.dumps(row))
            else:
                place = f"{row['device']}/{row['epoch']}/{row['seq']}"
                click.echo(
                    f"{place:<45} {row['event_id'] or '-':<33} {row['kind'] or '-':<14} {row['status']}"
                )


@group.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@dir_option
@json_option
def import_(*, paths: Sequence[Path], directory: Path, as_json: bool) -> None:
    """Take in what kiosks have exported: files, or directories that hold some.

    In any order and any number of times, while the server runs or not. Exit code 1 where a file is not
    what a kiosk wrote; what is good of it, and all other files, are in the ledger even so.
    """
    files = stick_files(paths)
    with opened(directory) as (home, store, office):
        if not office.body:
            raise OfficeError("no tour is loaded yet: start with  riwaq-server tour load FILE")
        intake = SticksIntake(
            store,
            office.body,
            sealing_key=home.secrets.sealing_key,
            digest_key=bytes.fromhex(home.secrets.digest_key),
            clock=now_ms,
        )
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("sticks", total=sum(map(_size, files)))
            reports = [intake.take(file, lambda size: progress.advance(task, size)) for file in files]
            # A server that runs does not hear of what came here.
            progress.add_task("members", total=None)
            enrolling_of(home, store, office).work_off()
    if as_json:
        show([_as_json(report) for report in reports])
    else:
        _tell(reports)
    if any(report.problems for report in reports):
        raise SystemExit(1)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # whoever reads it says why


def _as_json(report: StickReport) -> dict[str, Any]:
    return {
        "file": str(report.file),
        "devices": sorted(report.devices),
        "batches": report.batches,
        "facts": report.facts,
        "new": report.new,
        "known": report.known,
        "verdicts": dict(report.verdicts),
        "flagged": sorted(report.flagged),
        "problems": [{"code": each.code, "words": str(each)} for each in report.problems],
    }


def _tell(reports: Sequence[StickReport]) -> None:
    for report in reports:
        if report.facts or not report.problems:
            click.echo(f"{report.file}: {report.new} new facts, {report.known} that were there already")
        others = {name: count for name, count in report.verdicts.items() if name in _TO_LOOK_AT and count}
        for name, count in others.items():
            click.echo(f"{report.file}: {count} facts {_TO_LOOK_AT[name]}", err=True)
        for device in sorted(report.flagged):
            click.echo(f"{report.file}: look at kiosk {device}, whose disk may have been copied", err=True)
        for problem in report.problems:
            click.echo(f"{report.file}: {problem}", err=True)


_TO_LOOK_AT = {
    str(Verdict.REJECTED): "cannot be understood by this version; they are kept with the reason",
    str(Verdict.CLASH): "stand where others stand already; they are kept in quarantine",
    str(Verdict.STOLEN_ID): "have the id of another one; they are kept in quarantine",
}
