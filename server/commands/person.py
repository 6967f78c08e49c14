"""``person export``, ``rectify`` and ``erase``: what the law gives everybody of whom data are kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from server.assets import assets_dir
from server.commands.common import dir_option, json_option, reserved, show
from server.commands.members import membership_of
from server.files.out.catalogue import words_of
from server.members.membership import Membership
from server.office import OfficeError
from server.reporting import PDF, local, write_report
from server.rights.person_erasing import Erasing, Erasure
from server.rights.person_export import Gathering
from server.rights.person_rectify import Rectifying
from server.rules.members.sheet import moment
from server.rules.person.deadline import days_left, due
from server.rules.person.paper import person_report
from server.store.engine import Store
from server.store.registry import Registry
from wire.private import open_private

_LANGUAGES: Final = ("ar", "fr")
_MOST_OF_REASON: Final = 64
_BEYOND: Final = (
    "files that have left the server, named above where the log knows them: whoever has them erases by hand",
    "backups: one that is put back is erased again, while erased.jsonl lies beside the ledger",
    "paper, printed cards and lists; the tour's file, where it invites by number",
    "facts that a kiosk keeps, without a name, until its fair is closed",
    "the audit log, which names a number by chance and no person",
)


@click.group("person")
def group() -> None:
    """Hand over, correct or erase what is held about one person. Each is in the audit log."""


_asked = click.option(
    "--asked",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="The day of the request, 2026-11-23: an answer is due within ten days.",
)


@group.command("export")
@click.argument("who", metavar="WHO")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The directory for the files.  [default: this one]",
)
@_asked
@dir_option
@json_option
def export_(*, who: str, out: Path, asked: datetime | None, directory: Path, as_json: bool) -> None:
    """Write everything that is held about WHO: as JSON, and as PDFs in Arabic and in French.

    WHO is a member's, an employee's or a card's number.
    """
    day = asked.date() if asked else None
    with membership_of(directory) as (home, store, membership), ExitStack() as stack:
        opener = partial(open_private, key=home.secrets.sealing_key)
        gathering = Gathering(store, membership, opener=opener)
        record = gathering.record(who, asked=day)
        name = str((record.member or {}).get("member") or record.cards[0].card)
        if not out.is_dir():
            raise OfficeError(f"there is no directory {out}: make it, or choose another with --out")
        files = [out / f"person-{name}.json", *(out / f"person-{name}-{each}{PDF}" for each in _LANGUAGES)]
        for file in files:
            stack.enter_context(reserved(file, "somebody's data"))
        files[0].write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
        latest = gathering.latest
        for file, language in zip(files[1:], _LANGUAGES, strict=True):
            report = person_report(
                record,
                gathering.definitions,
                latest,
                words_of(language, assets_dir()),
                made=local(membership.now(), latest),
                logo=_logo(store, membership, latest.fair.id),
            )
            write_report(file, report)
    if as_json:
        show({"files": [str(file) for file in files], **_deadline(membership, day)})
        return
    click.echo(f"{', '.join(map(str, files))}: personal data, for the person alone.")
    _tell_deadline(membership, day)


@group.command()
@click.argument("who", metavar="WHO")
@click.option(
    "--set",
    "said",
    multiple=True,
    metavar="FIELD=VALUE",
    help="What a field is to hold, checked as a list of members is; may be given often.",
)
@_asked
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@dir_option
@json_option
def rectify(
    *,
    who: str,
    said: Sequence[str],
    asked: datetime | None,
    dry_run: bool,
    directory: Path,
    as_json: bool,
) -> None:
    """Correct what is held about the member WHO, and show it before and after."""
    day = asked.date() if asked else None
    with membership_of(directory) as (_, _, membership):
        found = Rectifying(membership).rectify(who, _fields(said), asked=day, dry_run=dry_run)
    if as_json:
        show(
            {
                "member": found.after.member,
                "changed": bool(found.fields) and not dry_run,
                "fields": {
                    name: {"before": before, "after": after} for name, (before, after) in found.fields.items()
                },
                "reissue": found.cards,
                **_deadline(membership, day),
            }
        )
        return
    for name, (before, after) in found.fields.items():
        click.echo(f"{name:<16} {before or '-'}  →  {after or '-'}")
    if not found.fields:
        click.echo("That is how it is kept already.")
    elif dry_run:
        click.echo("Nothing was changed.")
    if found.cards:
        click.echo("Cards in force still say otherwise: revoke the card, and issue another.")
    _tell_deadline(membership, day)


@group.command()
@click.argument("who", metavar="WHO")
@click.option("--yes", is_flag=True, help="Do it. Without this it is only said what would be done.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the audit log; name nobody in it.")
@_asked
@dir_option
@json_option
def erase(
    *, who: str, yes: bool, reason: str, asked: datetime | None, directory: Path, as_json: bool
) -> None:
    """Erase WHO from everything that can be reached; figures stay. First it is said what that will do.

    WHO is a member's, an employee's or a card's number. It cannot be undone, by a backup neither.
    """
    day = asked.date() if asked else None
    if len(reason) > _MOST_OF_REASON or not reason.isprintable():
        raise OfficeError(f"the reason is one line of at most {_MOST_OF_REASON} letters: write a shorter one")
    with membership_of(directory) as (_, store, membership), _steps() as on_step:
        erasing = Erasing(store, membership)
        erase_ = partial(erasing.erase, reason=reason, asked=day)
        found = (erase_ if yes else erasing.look)(who, on_step)
    if as_json:
        show(
            {
                "about": found.about,
                "erased": yes,
                "counts": dict(sorted(found.counts.items())),
                "files": [{**each._asdict(), "at": moment(each.at)} for each in found.files],
                "not_reached": list(_BEYOND),
                "wiped": found.is_wiped,
                **_deadline(membership, day),
            }
        )
        return
    _tell_erasure(found, yes=yes)
    _tell_deadline(membership, day)


_SAID: Final = {
    "members": "taken out of the register, with names, phone, words and consents",
    "dependants_left": "dependants stay, without their principal",
    "cards": "cards refused everywhere, and forgotten",
    "links": "links between cards and what was done, at every tour",
    "facts_emptied": "facts emptied of what was written or typed",
    "registrations": "registrations emptied",
    "quarantine": "events in quarantine emptied",
    "invitations": "fairs whose lists of invited people are sent to kiosks anew",
    "rolls": "lines on rolls of sessions made nobody's",
    "notes": "notes on feedback emptied",
    "decisions": "reasons of decisions emptied",
}


def _tell_erasure(found: Erasure, *, yes: bool) -> None:
    who = f"member {found.about}" if found.is_member else "the bearer of a card"
    click.echo(f"{who} is erased:" if yes else f"Erasing {who} would do this:")
    for what, words in _SAID.items():
        if found.counts[what]:
            click.echo(f"  {found.counts[what]:>5}  {words}")
    click.echo("Figures stay as they are.")
    for each in found.files:
        for_whom = f" for {each.partner}" if each.partner else ""
        click.echo(f"  {moment(each.at)}  {each.who} made {each.file}{for_whom}, which may hold this person")
    click.echo("Not reached:")
    for words in _BEYOND:
        click.echo(f"  - {words}")
    if found.is_wiped is False:
        click.echo(
            "Bytes may be left in free pages of the database file, which cannot be written anew now: stop "
            "the server, make room on its disk, and run  riwaq-server retention run --compact"
        )
    if not yes:
        click.echo("Nothing was changed: do it with --yes.")


def _fields(said: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in said:
        name, equals, value = each.partition("=")
        if not equals:
            raise OfficeError(f"{each!r} sets nothing: write it as  --set phone=0612345678")
        found[name.strip()] = value
    return found


def _logo(store: Store, membership: Membership, fair: str) -> bytes:
    with store.reading() as connection:
        return Registry(connection, membership.body).logo_other_than(fair, "") or b""


def _deadline(membership: Membership, asked: date | None) -> dict[str, Any]:
    if asked is None:
        return {}
    today = datetime.fromtimestamp(membership.now() / 1000, UTC).date()
    return {"due": due(asked).isoformat(), "days_left": days_left(asked, today)}


def _tell_deadline(membership: Membership, asked: date | None) -> None:
    said = _deadline(membership, asked)
    if said:
        left = said["days_left"]
        words = f"{left} days are left" if left >= 0 else f"it is {-left} days late"
        click.echo(f"The answer to this request is due on {said['due']}: {words}.")


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """Show what is done on standard error; reading every fact of a nation takes its seconds."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("looking", total=None)
        yield lambda words: progress.update(task, description=words)
