"""``partner export``: a partner's file. ``attestation``: who attended a session, to be signed."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from server.assets import assets_dir
from server.attestation import attestation_of
from server.commands.common import dir_option, json_option, reserved, show
from server.commands.members import membership_of
from server.commands.report import language_option, need_ending
from server.files.out.catalogue import words_of
from server.files.out.tables import CSV, WORKBOOK, csv_of, workbook_of
from server.partner_files import partner_table
from server.reporting import ENDINGS, fair_with_session, write_report
from server.sessions.rolls import Rolls
from server.sessions.session_attestation import session_attestation
from server.sessions.sessions import SessionOffice
from wire.private import open_private

_TABLES = (CSV, WORKBOOK)


@click.group("partner")
def group() -> None:
    """Hand a partner those who agreed to be contacted, and nobody else. Each file is audited."""


@group.command()
@click.argument("name", metavar="FAIR|TOUR")
@click.option("--partner", required=True, help="Whose file it is: the partner's id.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file to write, .csv or .xlsx."
)
@language_option
@dir_option
@json_option
def export(*, name: str, partner: str, out: Path, language: str, directory: Path, as_json: bool) -> None:
    """Write the sign-ups to a partner's offers that hold: with name, phone where it was agreed, and consent.

    A withdrawal at any kiosk leaves the next file, and so does one of which the order is in doubt.
    """
    need_ending(out, _TABLES)
    with membership_of(directory) as (home, store, membership), reserved(out, "sign-ups"):
        table = partner_table(
            store,
            membership,
            name,
            partner,
            words_of(language, assets_dir()),
            opener=partial(open_private, key=home.secrets.sealing_key),
            file=out.name,
        )
        if out.suffix.lower() == CSV:
            out.write_bytes(csv_of([table]))
        else:
            right_to_left = words_of(language, assets_dir()).direction == "rtl"
            made = datetime.fromtimestamp(membership.now() / 1000, UTC)
            out.write_bytes(workbook_of([table], right_to_left=right_to_left, made=made))
    if as_json:
        show({"file": str(out), "partner": partner, "count": len(table.rows)})
    else:
        click.echo(f"{len(table.rows)} sign-ups are in {out}: personal data, for {partner} alone.")


@click.command()
@click.argument("session")
@click.option("--fair", default="", help="The fair, where several have such a session.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file to write: .pdf, .xlsx or .csv."
)
@language_option
@dir_option
@json_option
def attestation(*, session: str, fair: str, out: Path, language: str, directory: Path, as_json: bool) -> None:
    """Write the list of those who attended SESSION, with room for signatures. It is audited."""
    need_ending(out, ENDINGS)
    with membership_of(directory) as (_, store, membership), reserved(out, "names"):
        office = SessionOffice(store, membership)
        of_body = None if fair else office.find(session)
        if of_body is None:
            fair = fair_with_session(store, membership.body, session, fair)
            found = attestation_of(store, membership, fair, session, language, file=out.name)
        else:
            found = session_attestation(store, Rolls(office), of_body, language, file=out.name)
        write_report(out, found)
    count = len(found.parts[0].table.rows)
    if as_json:
        show({"file": str(out), "session": session, "fair": fair, "count": count})
    else:
        click.echo(f"{count} people are in {out}: personal data, keep the file to yourself.")
