"""``session recommend``, ``recommendations`` and ``recommendation``: what sessions end in."""

from collections.abc import Sequence
from pathlib import Path

import click

from server.commands.common import dir_option, json_option, show
from server.commands.session import office_of, recommendation_as_dict, texts_of
from server.office import OfficeError

_STATUS = ("open", "done")
_text_option = click.option(
    "--text", "texts", multiple=True, metavar="LANGUAGE=TEXT", help="What is recommended; ar, fr, or both."
)


@click.command()
@click.argument("session")
@_text_option
@dir_option
@json_option
def recommend(*, session: str, texts: Sequence[str], directory: Path, as_json: bool) -> None:
    """Add a recommendation to SESSION; it gets the next number there, and is open."""
    with office_of(directory) as (_, office, _):
        made = office.recommend(session, texts_of(texts, "--text"))
    if as_json:
        show({"session": session, **recommendation_as_dict(made)})
    else:
        click.echo(f"It is number {made.number} of {session}.")


@click.command()
@click.argument("session", required=False, default="")
@click.option("--series", default="", help="Those of one series alone.")
@click.option("--status", type=click.Choice(_STATUS), help="Those alone that are open, or done.")
@dir_option
@json_option
def recommendations(*, session: str, series: str, status: str | None, directory: Path, as_json: bool) -> None:
    """List what sessions recommend: SESSION, a series or all of them."""
    with office_of(directory) as (_, office, _):
        listed = [office.one(session)] if session else office.all(series)
        found = office.recommendations([each.session for each in listed])
    rows = [
        {"session": each.session, **recommendation_as_dict(one)}
        for each in listed
        for one in found[each.session]
    ]
    rows = [row for row in rows if status in (None, row["status"])]
    if as_json:
        show(rows)
        return
    for row in rows:
        texts = " / ".join(row["texts"].values())
        click.echo(f"{row['session']:<24}{row['number']:>3}. [{row['status']}] {texts}")
    if not rows:
        click.echo("No recommendation: add one with  riwaq-server session recommend ID --text fr=…", err=True)


@click.command()
@click.argument("session")
@click.argument("number", type=int)
@_text_option
@click.option("--status", type=click.Choice(_STATUS), help="Say that it is done, or open again.")
@click.option("--remove", is_flag=True, help="Forget it; the others keep their numbers.")
@dir_option
@json_option
def recommendation(
    *,
    session: str,
    number: int,
    texts: Sequence[str],
    status: str | None,
    remove: bool,
    directory: Path,
    as_json: bool,
) -> None:
    """Say recommendation NUMBER of SESSION anew, or how far it is."""
    if remove and (texts or status):
        raise OfficeError("a recommendation is either changed or forgotten: leave --remove out, or the rest")
    if not remove and not texts and not status:
        raise OfficeError("say what changes: --text fr=…, --status done, or --remove")
    with office_of(directory) as (_, office, _):
        if remove:
            office.remove_recommendation(session, number)
            told = {"session": session, "number": number, "removed": True}
        else:
            is_done = None if status is None else status == "done"
            said = texts_of(texts, "--text")
            made = office.change_recommendation(session, number, texts=said, is_done=is_done)
            told = {"session": session, **recommendation_as_dict(made)}
    if as_json:
        show(told)
    else:
        state = "forgotten" if remove else told["status"]
        click.echo(f"Recommendation {number} of {session} is {state}.")
