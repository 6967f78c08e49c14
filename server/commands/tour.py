"""``tour example``, ``tour check``, ``tour load`` and ``tour remove``."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from server.commands.common import dir_option, directory_option, json_option, opened, show
from server.files.example import Example, example_tour
from server.files.tour_file import TourFileError, beside, check_tour, content_of, read_tour
from server.office import LoadedTour, OfficeError
from server.rules.fair import DEFAULT_TIMEZONE
from server.rules.tour.definition import TourDefinition
from server.rules.tour.difference import Outcome
from wire.zones import zone_of

_FILE = click.argument("file", type=click.Path(path_type=Path))
_WORKBOOK: Final = ".xlsx"
_SAID: Final = {
    Outcome.NEW: "is new",
    Outcome.CHANGED: "is changed",
    Outcome.UNCHANGED: "is as it was",
    Outcome.KEPT: "is not in this file: it stays as it is",
}

_OVER: Final = (
    "{fair} lies so far back that its data may be nobody's any more: whoever is scanned there is counted as "
    "a visit, and as nobody. If its days are wrong, correct them and load the file again."
)


@click.group("tour")
def group() -> None:
    """Describe a tour and sign the programmes of its fairs."""


@group.command()
@_FILE
@click.option("--one-stop", is_flag=True, help="A small one: three days in Rabat, six booths.")
@click.option(
    "--second-day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Move its days so that the second of its first stop is this.  [default: today with --one-stop]",
)
@dir_option
def example(*, file: Path, one_stop: bool, second_day: datetime | None, directory: Path) -> None:  # noqa: ARG001 - every command takes --dir
    """Write an example to FILE, to begin from: eight stops and 2,755 centres; FILE.xlsx is a workbook."""
    if second_day is None and one_stop:
        # To be tried at once: of a fair long past nobody is told any more who was there.
        second_day = datetime.now(zone_of(DEFAULT_TIMEZONE))
    try:
        made = example_tour(one_stop=one_stop, second_day=second_day.date() if second_day else None)
    except OverflowError:
        raise OfficeError("that day has no day before or after it: choose another") from None
    files = _files(file, made)
    for path in files:
        if path.exists():
            raise OfficeError(f"{path} exists already: choose another file or directory")
    for path, content in files.items():
        try:
            path.write_bytes(content)
        except OSError as problem:
            raise OfficeError(f"{path} cannot be written: {problem.strerror}") from None
    written = " and ".join(map(str, files))
    is_or_are = "is" if len(files) == 1 else "are"
    click.echo(f"{written} {is_or_are} written: change it, then  riwaq-server tour check {file}")


def _files(file: Path, made: Example) -> dict[Path, bytes]:
    """Give the content of every file that makes up an example."""
    if file.suffix.lower() == _WORKBOOK:
        return {file: made.workbook()}
    lists = {file.parent / name: text.encode() for name, text in made.beside.items()}
    return {file: made.toml.encode(), **lists}


@group.command()
@_FILE
@directory_option
@json_option
def check(*, file: Path, directory: Path, as_json: bool) -> None:  # noqa: ARG001 - every command takes --dir
    """Name every problem of a tour's FILE, TOML or .xlsx, with its line or cell. Changes nothing."""
    try:
        problems = check_tour(content_of(file), str(file), beside(file))
    except TourFileError as unreadable:
        problems = unreadable.problems
    if as_json:
        show([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            click.echo(str(problem))
        if not problems:
            click.echo(f"{file} is in order.")
    if problems:
        raise SystemExit(1)


@group.command()
@_FILE
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@directory_option
@json_option
def load(*, file: Path, dry_run: bool, directory: Path, as_json: bool) -> None:
    """Take a tour's FILE: show what is different, sign the programmes, give them to every kiosk."""
    tour = read_tour(content_of(file), str(file), beside(file))
    with opened(directory) as (_, _, office):
        loaded = office.load_tour(tour, dry_run=dry_run)
    if as_json:
        show(_as_json(tour, loaded, dry_run=dry_run))
        return
    for fair, outcome, words in loaded.changes:
        click.echo(f"{fair} {_SAID[outcome]}{': ' if words else ''}{'; '.join(words)}")
    for fair in loaded.over:
        click.echo(_OVER.format(fair=fair), err=True)
    if dry_run:
        click.echo("Nothing was changed.")
        return
    count = len(tour.fairs)
    click.echo(f"{tour.id} is loaded: {count} {'fair' if count == 1 else 'fairs'}.")
    click.echo("Next:  riwaq-server kiosk add NAME --fair FAIR --booth BOOTH --pairing NAME.png")


def _as_json(tour: TourDefinition, loaded: LoadedTour, *, dry_run: bool) -> dict[str, Any]:
    changes = {change.fair: change for change in loaded.changes}
    return {
        "body": tour.body.id,
        "tour": tour.id,
        "dry_run": dry_run,
        "fairs": [
            {
                "fair": fair.fair.id,
                "outcome": changes[fair.fair.id].outcome,
                "changes": changes[fair.fair.id].words,
                "over": fair.fair.id in loaded.over,
                "version": loaded.programmes[fair.fair.id].version if loaded.programmes else None,
                "days": [day.isoformat() for day in fair.fair.days],
                "booths": [booth.id for booth in fair.booths],
            }
            for fair in tour.fairs
        ],
        "kept": [change.fair for change in loaded.changes if change.outcome is Outcome.KEPT],
    }


@group.command()
@click.argument("fair")
@dir_option
def remove(*, fair: str, directory: Path) -> None:
    """Forget the FAIR, loaded by mistake: one that has neither facts nor kiosks nor staff."""
    with opened(directory) as (_, _, office):
        office.remove_fair(fair)
    click.echo(f"{fair} is removed.")
