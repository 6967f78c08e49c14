"""``report``: what the board reads, as a PDF, a workbook or CSV."""

from pathlib import Path

import click

from server.commands.common import dir_option, json_option, opened, reserved, show
from server.files.out.catalogue import LANGUAGES
from server.office import OfficeError, now_ms
from server.reporting import ENDINGS, report_of, write_report

language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=LANGUAGES[0],
    show_default=True,
    help="The language of the reader.",
)


@click.command()
@click.argument("name", metavar="FAIR|TOUR")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file to write: .pdf, .xlsx or .csv."
)
@language_option
@click.option(
    "--leaving",
    is_flag=True,
    help="For readers outside of the body: counts under 5 are not told, and cannot be worked out.",
)
@dir_option
@json_option
def report(*, name: str, out: Path, language: str, leaving: bool, directory: Path, as_json: bool) -> None:
    """Write the report of a fair, or of all stops of a tour, to a new file."""
    need_ending(out, ENDINGS)
    with opened(directory) as (_, store, office):
        found = report_of(store, office.body, name, language, now=now_ms(), leaving=leaving)
        with reserved(out, "figures"):
            write_report(out, found)
    if as_json:
        show({"file": str(out), "language": language, "leaving": leaving})
    elif leaving:
        click.echo(f"The report is in {out}. Counts under 5 are not told in it.")
    else:
        click.echo(f"The report is in {out}. For readers outside of the body, make it with --leaving.")


def need_ending(out: Path, endings: tuple[str, ...]) -> None:
    """Refuse a file of which the name says no kind that can be written."""
    if out.suffix.lower() not in endings:
        raise OfficeError(f"{out} says no kind of file: let its name end in {' or '.join(endings)}")
