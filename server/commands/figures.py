"""``stats``, ``session``, ``rebuild``: what the facts come to."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import Progress

from server.commands.common import dir_option, json_option, opened, show
from server.commands.members import membership_of
from server.commands.slow_bar import SlowBar
from server.intake import Intake
from server.office import now_ms
from server.reporting import chosen, definitions_of, fair_with_session
from server.sessions.absentees import absentees
from server.store.engine import Store
from server.store.ledger import Ledger
from server.told import reading_fair
from server.told_tour import reading_tour

_TITLES: Final = ("by_fair", "by_booth", "by_sector", "by_day", "by_hour", "by_category", "by_territory")


@click.command()
@click.argument("fair", metavar="[FAIR|TOUR]", required=False, default="")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="One local day alone, 2024-12-28.")
@dir_option
@json_option
def stats(*, fair: str, day: datetime | None, directory: Path, as_json: bool) -> None:
    """Give the figures of a fair, or of a whole tour. FAIR may be left out where there is only one."""
    of_day = None if day is None else day.date().isoformat()
    with opened(directory) as (_, store, office):
        fair, is_tour = _choose_stops(store, office.body, fair)
        reading = reading_tour if is_tour else reading_fair
        with SlowBar("counting") as bar, reading(store, office.body, fair, bar.advance) as told:
            if is_tour or of_day:
                bar.expect(told.to_read(of_day))
            found = told.stats(now_ms(), of_day)
    if as_json:
        show(found)
        return
    click.echo(f"{fair}{f', {of_day}' if of_day else ''}: {_people(found)}")
    for title in _TITLES:
        if title not in found:
            continue
        click.echo(title.replace("_", " "))
        for key, entry in found[title].items():
            click.echo(f"  {key:<22}{entry['visits']:>8} visits{entry['attendance']:>8} people")
    _tell_served(found, found["sessions"] if is_tour else {"": found["sessions"]})


def _people(found: dict[str, Any]) -> str:
    """Tell the totals in one line: nobody registered and everybody there for the first time is not news."""
    words = [f"{found['visits']} visits", f"{found['attendance']} people"]
    if found["first_timers"] != found["attendance"]:
        words.append(f"{found['first_timers']} for the first time in the tour")
    if found["registrations"]:
        words.append(f"{found['registrations']} registered")
    return ", ".join(words)


def _tell_served(found: dict[str, Any], sessions: dict[str, dict[str, Any]]) -> None:
    """Tell what members did besides visiting, as far as anybody did; ``sessions`` by fair."""
    sign_ups, told, inside = found["sign_ups"], found["feedback"], found["occupancy"]
    if sign_ups["total"] or sign_ups["in_doubt"]:
        click.echo(f"sign-ups: {sign_ups['total']}")
        for offer, count in sign_ups["by_offer"].items():
            click.echo(f"  {offer:<22}{count:>8}")
    for each in found["exceptions"]:
        click.echo(
            f"  {each['offer']}: signed up and withdrawn, and no clock tells in which order: it counts as "
            f"withdrawn ({each['sign_up']})"
        )
    if told["count"]:
        mean = "" if told["mean_face"] is None else f", {told['mean_face']} of 5"
        click.echo(f"feedback: {told['count']}{mean}, {told['urgent']} urgent")
        for topic, count in told["by_topic"].items():
            click.echo(f"  {topic:<22}{count:>8}")
    if any(sessions.values()):
        click.echo("sessions")
    for of_fair in sessions.values():
        for session, entry in of_fair.items():
            of_list = (
                "" if entry["invited"] is None else f", {entry['present']} of {entry['invited']} invited"
            )
            click.echo(f"  {session:<22}{entry['attended']:>8} people{of_list}")
    if inside["entries"] or inside["exits"]:
        today = f"today {inside['entries']} in, {inside['exits']} out"
        click.echo(f"inside now, an estimate: {inside['inside']} ({today})")


@click.command()
@click.argument("session")
@click.option("--fair", default="", help="The fair, where several have such a session.")
@click.option("--absent", is_flag=True, help="Those who were invited and did not come, by number.")
@dir_option
@json_option
def session(*, session: str, fair: str, absent: bool, directory: Path, as_json: bool) -> None:
    """Call the roll of SESSION: how many came, and how many of those invited."""
    with membership_of(directory) as (_, store, membership):
        office = membership.office
        fair = fair_with_session(store, office.body, session, fair)
        with reading_fair(store, office.body, fair) as told:
            call = told.roll_call(session)
        missing = absentees(membership, call.absent, session) if absent else []
    if as_json:
        found = {
            "session": session,
            "fair": fair,
            "attended": call.attended,
            "invited": call.invited,
            "present": None if call.invited is None else call.count,
            "rate": call.rate,
            "unmatched": call.unmatched,
        }
        show({**found, "absent": missing} if absent else found)
        return
    if absent:
        for number in missing:
            click.echo(number)
    else:
        click.echo(f"{session} ({fair}): {call.attended} people")
        if call.rate is not None:
            click.echo(f"  {call.count} of {call.invited} who were invited: {call.rate:.1%}")
    if absent and call.invited is None:
        click.echo(f"everyone is welcome at {session}: nobody is absent", err=True)
    if call.unmatched:
        click.echo(
            f"{call.unmatched} were invited by their member's number, and no card of theirs is known here: "
            "they count as not there",
            err=True,
        )


@click.command()
@click.argument("fair", metavar="[FAIR|TOUR]", required=False, default="")
@dir_option
def rebuild(fair: str, directory: Path) -> None:
    """Derive the figures of a fair, of a tour or of everything again from the facts."""
    with opened(directory) as (home, store, office):
        fairs = office.fairs() if office.body else []
        if fair or not fairs:
            fair, is_tour = _choose_stops(store, office.body, fair)
            fairs = _fairs_of(store, office.body, fair) if is_tour else [fair]
        digest_key = bytes.fromhex(home.secrets.digest_key)
        intake = Intake(store, office.body, digest_key=digest_key, apart=True)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            for each in progress.track(fairs, description="rebuild"):
                intake.rebuild(each)
    click.echo(f"The figures of {', '.join(fairs)} are derived anew.")


def _choose_stops(store: Store, body: str, name: str) -> tuple[str, bool]:
    """Give what is meant and whether it is a tour; a fair comes first where one has a tour's id.

    Raises :class:`OfficeError` with the fairs and tours that there are.
    """
    definitions = definitions_of(store, body)
    if not name and len(definitions) == 1:
        return next(iter(definitions)), False
    chosen(definitions, name)
    return name, name not in definitions


def _fairs_of(store: Store, body: str, tour: str) -> list[str]:
    with store.reading() as connection:
        return sorted(fair for fair, found in Ledger(connection, body).fairs().items() if found.tour == tour)
