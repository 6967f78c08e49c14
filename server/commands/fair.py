"""``fair check`` and ``fair load``."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from server.bootstrap import opened
from server.commands.common import dir_option, json_option, show
from server.files.example import example_fair
from server.files.fair_file import FairFileError, check_fair, content_of, read_fair
from server.office import OfficeError

_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group("fair")
def group() -> None:
    """Describe a fair and sign its programme."""


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--second-day", type=click.DateTime(["%Y-%m-%d"]), help="Move its days so that the second is this."
)
@dir_option
def example(*, file: Path, second_day: datetime | None, directory: Path) -> None:  # noqa: ARG001 - every command takes --dir
    """Write the example stop to FILE, to begin from: three days in Rabat, six booths."""
    if file.exists():
        raise OfficeError(f"{file} exists already: choose another file")
    try:
        file.write_text(example_fair(second_day.date() if second_day else None), encoding="utf-8")
    except OverflowError:
        raise OfficeError("that day has no day before or after it: choose another") from None
    except OSError as problem:
        raise OfficeError(f"{file} cannot be written: {problem.strerror}") from None
    click.echo(f"{file} is written: change it, then  riwaq-server fair check {file}")


@group.command()
@_FILE
@dir_option
@json_option
def check(*, file: Path, directory: Path, as_json: bool) -> None:  # noqa: ARG001 - every command takes --dir
    """Name every problem of a fair's FILE.toml with its line. Changes nothing."""
    try:
        problems = check_fair(content_of(file), str(file))
    except FairFileError as unreadable:
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
@dir_option
@json_option
def load(*, file: Path, directory: Path, as_json: bool) -> None:
    """Take a fair's FILE.toml, sign its programme and give it to every kiosk."""
    definition = read_fair(content_of(file), str(file))
    with opened(directory) as (_, _, office):
        programme = office.load_fair(definition)
    days = [day.isoformat() for day in programme.fair.days]
    if as_json:
        show(
            {
                "body": programme.body.id,
                "fair": programme.fair.id,
                "version": programme.version,
                "days": days,
                "booths": [booth.id for booth in programme.booths],
            }
        )
        return
    click.echo(
        f"{programme.fair.id} is loaded: {len(days)} days from {days[0]}, {len(programme.booths)} booths."
    )
    click.echo("Next:  riwaq-server kiosk add NAME --booth BOOTH --out kiosk.toml")
