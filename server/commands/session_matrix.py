"""``session matrix``: who took part in which sessions of a series."""

from datetime import UTC, datetime
from pathlib import Path

import click

from server.assets import assets_dir
from server.commands.common import dir_option, json_option, reserved, show
from server.commands.report import language_option, need_ending
from server.commands.session import office_of
from server.files.out.catalogue import words_of
from server.files.out.tables import CSV, WORKBOOK, csv_of, workbook_of
from server.rules.sessions.matrix import Part
from server.sessions.session_tables import in_order, matrix_table, name_of


@click.command()
@click.option("--series", default="", help="The sessions of one series alone.")
@click.option("--out", type=click.Path(path_type=Path), help="A file to write, .csv or .xlsx.")
@language_option
@dir_option
@json_option
def matrix(*, series: str, out: Path | None, language: str, directory: Path, as_json: bool) -> None:
    """Say who took part in which sessions: a row a participant, a column a session. It is audited.

    Who came for a contact, such as an association, counts in that contact's row.
    """
    if out is not None:
        need_ending(out, (CSV, WORKBOOK))
    words = words_of(language, assets_dir())
    with office_of(directory) as (_, _, rolls):
        found = rolls.matrix(series)
        file = out.name if out else ""
        named = rolls.named(set(found.parts), "session matrix", file=file, series=series)
        if out is not None:
            with reserved(out, "names"):
                table = matrix_table(found, named, words)
                made = datetime.fromtimestamp(rolls.now() / 1000, UTC)
                right_to_left = words.direction == "rtl"
                out.write_bytes(
                    csv_of([table])
                    if out.suffix.lower() == CSV
                    else workbook_of([table], right_to_left=right_to_left, made=made)
                )
    people = in_order(list(found.parts), named, words)
    if as_json:
        ids = [each.session for each in found.sessions]
        show(
            {
                "series": series,
                "sessions": [
                    {"session": each.session, "names": each.names, "date": each.span.iso}
                    for each in found.sessions
                ],
                "participants": [
                    {
                        "participant": person,
                        "name_ar": named[person].name_ar if person in named else "",
                        "name_latin": named[person].name_latin if person in named else "",
                        "sessions": dict(zip(ids, map(str, found.parts[person]), strict=True)),
                        "attended": found.count(person),
                    }
                    for person in people
                ],
                "file": str(out) if out else "",
            }
        )
    elif out is not None:
        click.echo(f"{len(people)} participants are in {out}: personal data, keep the file to yourself.")
    else:
        click.echo(" " * 6 + "  ".join(each.session for each in found.sessions))
        signs = {Part.NONE: ".", Part.INVITED: "?", Part.ABSENT: "-", Part.ATTENDED: "x"}
        for person in people:
            cells = "  ".join(
                signs[part].center(len(session.session))
                for part, session in zip(found.parts[person], found.sessions, strict=True)
            )
            click.echo(f"{found.count(person):>4}  {cells}  {name_of(person, named, words)}")
        click.echo("x was there, - was invited and did not come, ? is invited, . neither")
