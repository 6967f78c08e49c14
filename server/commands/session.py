"""``session``: meetings, workshops and trainings, those of fairs and those that belong to no fair."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from server.commands import figures
from server.commands.common import dir_option, json_option, show
from server.commands.members import membership_of
from server.office import OfficeError
from server.rules.sessions.held import BodySession, absentees, roll_of
from server.rules.tour.sessions import KINDS
from server.sessions.rolls import Rolls
from server.sessions.sessions import SessionOffice
from server.store.engine import Store
from wire.card import LANGUAGES

_GIVEN = ("kind", "series", "territory", "place", "date")
_OWN_LANGUAGES = ("ar", "fr")


@contextmanager
def office_of(directory: Path) -> Iterator[tuple[Store, SessionOffice, Rolls]]:
    """Open a server's directory for its sessions, looked at by whoever types."""
    with membership_of(directory) as (_, store, membership):
        office = SessionOffice(store, membership)
        yield store, office, Rolls(office)


def texts_of(said: Sequence[str], option: str, languages: Sequence[str] = tuple(LANGUAGES)) -> dict[str, str]:
    """Read what ``--name ar=…`` says: texts by language."""
    found = {}
    for each in said:
        language, equals, text = each.partition("=")
        if not equals or language not in languages:
            raise OfficeError(f"{each!r} is no {option}: write one of {', '.join(languages)}, = and the text")
        found[language] = text
    return found


def _describing(command: Any) -> Any:
    options = (
        click.option(
            "--name",
            "names",
            multiple=True,
            metavar="LANGUAGE=TEXT",
            help="What it is called, such as  --name ar=لقاء;  ar and fr.",
        ),
        click.option("--kind", help=f"One of {', '.join(KINDS)}; a {KINDS[0]} where it is not said."),
        click.option("--series", help="The id of the series that it belongs to."),
        click.option(
            "--territory", help="Where it lies: the id or name of a territory, of a tour or its own."
        ),
        click.option("--place", help="The house or the hall."),
        click.option(
            "--date",
            help="When, as far as it is known: 2024-10-09, 2025-04-05/2025-04-06, 2024-05, 2024, or empty.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("session")
@_describing
@dir_option
@json_option
def add(*, session: str, names: Sequence[str], directory: Path, as_json: bool, **given: str | None) -> None:
    """Add SESSION, an id of a-z, 0-9 and dashes: a meeting, workshop or training without a fair."""
    with office_of(directory) as (_, office, _):
        made = office.add({"session": session, **_said(names, given)})
    _tell(made, "is added", as_json=as_json)


@click.command()
@click.argument("session")
@_describing
@dir_option
@json_option
def change(
    *, session: str, names: Sequence[str], directory: Path, as_json: bool, **given: str | None
) -> None:
    """Say anew what is given of SESSION; an empty text takes it out, the rest stays as it is."""
    with office_of(directory) as (_, office, _):
        made = office.change(session, _said(names, given))
    _tell(made, "is changed", as_json=as_json)


@click.command()
@click.argument("session")
@click.option("--yes", is_flag=True, help="Do not ask, also where somebody is on its roll.")
@dir_option
@json_option
def remove(*, session: str, yes: bool, directory: Path, as_json: bool) -> None:
    """Forget SESSION, with its roll and what it recommends."""
    with office_of(directory) as (_, office, rolls):
        count = len(rolls.roll(session))
        if not yes and count:
            click.confirm(f"{count} are on the roll of {session}. Forget it?", abort=True, err=True)
        office.remove(session)
    if as_json:
        show({"session": session, "roll": count})
    else:
        click.echo(f"{session} is forgotten.")


@click.command("list")
@click.option("--series", default="", help="Those of one series alone.")
@dir_option
@json_option
def list_(*, series: str, directory: Path, as_json: bool) -> None:
    """List the sessions that belong to no fair, by their days; those of unknown days come last."""
    with office_of(directory) as (_, office, rolls):
        found = office.all(series)
        listed = rolls.rolls([each.session for each in found])
    if as_json:
        show([_as_dict(each) | _counts(roll_of(listed[each.session])) for each in found])
        return
    for each in found:
        roll = roll_of(listed[each.session])
        share = f"{roll.present} of {roll.invited}" if roll.invited else f"{roll.attended} people"
        when = each.span.iso or "no day known"
        click.echo(f"{each.session:<22}  {when:<21}  {share:<12}  {' · '.join(each.names.values())}")
    if not found:
        click.echo("No session yet: add one with  riwaq-server session add ID --name fr=…", err=True)


@click.command("show")
@click.argument("session")
@click.option("--fair", default="", help="The fair, where several have such a session.")
@click.option("--absent", is_flag=True, help="Those who were invited and did not come. It is audited.")
@dir_option
@json_option
def show_(*, session: str, fair: str, absent: bool, directory: Path, as_json: bool) -> None:
    """Call the roll of SESSION: how many came, and how many of those invited."""
    with office_of(directory) as (_, office, rolls):
        found = None if fair else office.find(session)
        if found is not None:
            _show(office, rolls, found, absent=absent, as_json=as_json)
            return
    click.get_current_context().invoke(
        figures.session, session=session, fair=fair, absent=absent, directory=directory, as_json=as_json
    )


def _show(office: SessionOffice, rolls: Rolls, found: BodySession, *, absent: bool, as_json: bool) -> None:
    takings = rolls.roll(found.session)
    roll = roll_of(takings)
    recommended = office.recommendations([found.session])[found.session]
    missing = absentees(takings) if absent else []
    named = (
        rolls.named(
            {each for one in missing for each in (one.person, one.behalf) if each},
            "absentees",
            session=found.session,
        )
        if missing
        else {}
    )
    listed = [
        {
            "person": each.person,
            "number": named[each.person].employee_number if each.person in named else "",
            "name_ar": named[each.person].name_ar if each.person in named else "",
            "name_latin": named[each.person].name_latin if each.person in named else "",
            "behalf": each.behalf,
        }
        for each in missing
    ]
    if as_json:
        told = {
            **_as_dict(found),
            "fair": "",
            **_counts(roll),
            "recommendations": [recommendation_as_dict(each) for each in recommended],
        }
        numbers = [one["number"] or one["person"] for one in listed]
        show({**told, "absent": numbers, "absentees": listed} if absent else told)
        return
    if absent:
        for one in listed:
            names = " / ".join(filter(None, (one["name_ar"], one["name_latin"])))
            click.echo(f"{one['number'] or one['person']}  {names}".rstrip())
        return
    click.echo(f"{found.session}: {' · '.join(found.names.values())}")
    about = (found.kind, found.series, found.territory, found.place, found.span.iso or "no day known")
    click.echo("  " + ", ".join(filter(None, about)))
    click.echo(f"  {roll.attended} people")
    if roll.rate is not None:
        click.echo(f"  {roll.present} of {roll.invited} who were invited: {roll.rate:.1%}")
    for each in recommended:
        click.echo(
            f"  {each.number}. [{'open' if each.is_open else 'done'}] {' / '.join(each.texts.values())}"
        )


def recommendation_as_dict(found: Any) -> dict[str, Any]:
    """Give a recommendation for a program to read."""
    return {
        "number": found.number,
        "texts": found.texts,
        "status": "open" if found.is_open else "done",
        "done_at": found.done_at,
    }


def _said(names: Sequence[str], given: Mapping[str, str | None]) -> dict[str, str]:
    called = texts_of(names, "--name", _OWN_LANGUAGES)
    said = {key: value for key, value in given.items() if key in _GIVEN and value is not None}
    return {**said, **{f"name_{language}": text for language, text in called.items()}}


def _as_dict(found: BodySession) -> dict[str, Any]:
    return {
        "session": found.session,
        "names": found.names,
        "kind": found.kind,
        "series": found.series,
        "territory": found.territory,
        "place": found.place,
        "date": found.span.iso,
        "first_day": found.first_day,
        "last_day": found.last_day,
    }


def _counts(roll: Any) -> dict[str, Any]:
    has_list = roll.invited > 0
    return {
        "invited": roll.invited if has_list else None,
        "present": roll.present if has_list else None,
        "attended": roll.attended,
        "rate": roll.rate,
    }


def _tell(made: BodySession, done: str, *, as_json: bool) -> None:
    if as_json:
        show(_as_dict(made))
    else:
        click.echo(
            f"{made.session} {done}: {' · '.join(made.names.values())}, {made.span.iso or 'no day known'}"
        )
