"""``members import``, ``export``, ``list``, ``find``, ``show`` and ``deactivate``."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from server.bootstrap import enrolling_of
from server.commands.common import dir_option, json_option, opened, reserved, show, who_types
from server.commands.list_import import RefusedRows, chosen_fields
from server.files.list_file import OpenedList, opened_list
from server.files.list_writer import write_list
from server.members.member_import import Counts, MemberImport, OnRows
from server.members.membership import MOST_FOUND, Membership, as_dict
from server.office import OfficeError, now_ms
from server.rules.figures import category_key
from server.rules.members.columns import Columns, columns_of, recognised
from server.rules.members.member import Kind, Member, kind_names
from server.rules.members.rows import RowReader
from server.rules.members.sheet import COLUMNS, cells_of, moment
from server.settings import Home
from server.store.engine import Store

_TELL_EVERY: Final = 500


@click.group("members")
def group() -> None:
    """Take in, find, hand on and deactivate the members of the body. Each look at them is audited."""


@contextmanager
def membership_of(directory: Path) -> Iterator[tuple[Home, Store, Membership]]:
    """Open a server's directory for a look at its members by whoever types."""
    with opened(directory) as (home, store, office):
        yield home, store, Membership(home, store, office, clock=now_ms, who=who_types())


def _kind_option(words: str) -> Callable[[Any], Any]:
    names = [str(kind.name).lower() for kind in Kind]
    return click.option("--kind", "kinds", multiple=True, type=click.Choice(names), help=words)


def _kinds(names: Sequence[str]) -> int:
    return int(reduce(or_, (Kind[name.upper()] for name in names), Kind(0)))


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and change nothing.")
@click.option(
    "--map",
    "chosen",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column holds, where its name does not say; - for nothing. May be given often.",
)
@_kind_option("What everybody of this list is to the body, besides what they are. May be given often.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dir_option
@json_option
def import_(
    *,
    file: Path,
    dry_run: bool,
    chosen: Sequence[str],
    kinds: Sequence[str],
    yes: bool,
    directory: Path,
    as_json: bool,
) -> None:
    """Take in a list of members, FILE.csv or FILE.xlsx: what is new or changed, all in one transaction.

    Rows that cannot be taken go to FILE.refused.csv, each with the reason. Exit code 1 where there are any.
    """
    with membership_of(directory) as (home, store, membership), ExitStack() as stack:
        # Asked first: without a tour there is no body whose members they could be.
        rules, places = membership.rules, membership.places
        with membership.acting():
            pass
        source = stack.enter_context(opened_list(file, recognised))
        columns = columns_of(source.names, chosen_fields(chosen), with_national_ids=bool(rules.national_id))
        if not as_json:
            _tell_columns(columns, source.head_row)
        if columns.problems:
            raise OfficeError(
                "nothing was imported:\n" + "\n".join(f"  - {each}" for each in columns.problems)
            )
        today, key = datetime.now(UTC).date(), membership.identity_key
        reader = RowReader(columns, rules, places, today=today, key=key, kinds=_kinds(kinds))
        refused = RefusedRows(file, columns.names, stack)
        made = MemberImport(store, membership, columns, home.path, adds_kinds=bool(kinds))
        importing = stack.enter_context(closing(made))
        with _import_progress(source, importing) as on_rows:
            counts = importing.prepare(source.rows, reader, refused, on_rows)
        if not as_json:
            _tell_counts(counts, refused)
        nothing = not counts.new and not counts.changed
        done = not dry_run and not nothing
        if done and not yes:
            done = click.confirm(f"Import {counts.new} new and {counts.changed} changed?", err=True)
        if done:
            with _import_progress(source, importing) as on_rows:
                importing.commit(file.name, on_rows)
            # Somebody who was registered may wait for a principal of this list.
            enrolling_of(home, store, membership.office).work_off()
    if as_json:
        show(
            {
                "file": str(file),
                "columns": {columns.names[at]: found for at, found in columns.fields.items()},
                "left": [name for name, _ in columns.left],
                "new": counts.new,
                "changed": counts.changed,
                "same": counts.same,
                "refused": counts.refused,
                "refused_file": str(refused.path) if counts.refused else "",
                "imported": done,
            }
        )
    elif done:
        click.echo(f"{counts.new} members are new and {counts.changed} are changed.")
    else:
        click.echo("Nothing is new or changed." if nothing else "Nothing was changed.")
    if counts.refused:
        raise SystemExit(1)


def _tell_columns(columns: Columns, head_row: int) -> None:
    click.echo(f"The columns, named in row {head_row}:")
    for at, found in columns.fields.items():
        click.echo(f"  {columns.names[at]}  →  {found}")
    for name, why in columns.left:
        click.echo(f"  {name}  is not imported: {why}")


def _tell_counts(counts: Counts, refused: RefusedRows) -> None:
    words = (
        f"{counts.new} new, {counts.changed} changed, {counts.same} as they were, {counts.refused} refused"
    )
    click.echo(words)
    if counts.refused:
        refused.tell()


@contextmanager
def _import_progress(source: OpenedList, importing: MemberImport) -> Iterator[OnRows]:
    """Show how far each step is: reading by the file, the others by the rows that were read."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def on_rows(step: str, rows: int) -> None:
            if step not in tasks:
                to_write = importing.counts.new + importing.counts.changed
                totals = {"reading": source.size, "comparing": importing.length, "writing": to_write}
                tasks[step] = progress.add_task(step, total=totals[step])
            if step == "reading":
                progress.update(tasks[step], completed=source.read())
            else:
                progress.advance(tasks[step], rows)

        yield on_rows


@contextmanager
def _progress(words: str, total: int) -> Iterator[Callable[[int], None]]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=total or None)
        yield lambda done: progress.update(task, completed=done)


@group.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file to write, .csv or .xlsx."
)
@_kind_option("Those alone who are this to the body. May be given often.")
@dir_option
@json_option
def export(*, out: Path, kinds: Sequence[str], directory: Path, as_json: bool) -> None:
    """Write every member to a new file: CSV in UTF-8 for any spreadsheet, or a workbook.

    What this file says, members import takes in again, here or at another server, without loss.
    """
    if out.suffix.lower() not in {".csv", ".xlsx"}:
        raise OfficeError(f"{out} says no kind of file: let its name end in .csv or in .xlsx")
    with membership_of(directory) as (_, _, membership), reserved(out, "members"):
        total = membership.count(_kinds(kinds))
        with _progress("members", total) as advance_to:
            rows = membership.exported(out.name, _kinds(kinds))
            write_list(out, COLUMNS, (cells_of(each) for each in _counted(rows, advance_to)))
    if as_json:
        show({"count": total, "file": str(out)})
    else:
        click.echo(f"{total} members are in {out}: personal data, keep the file to yourself.")


def _counted(members: Iterator[Member], advance_to: Callable[[int], None]) -> Iterator[Member]:
    for number, member in enumerate(members, 1):
        if number % _TELL_EVERY == 0:
            advance_to(number)
        yield member


@group.command("list")
@_kind_option("Those alone who are this to the body. May be given often.")
@dir_option
@json_option
def list_(*, kinds: Sequence[str], directory: Path, as_json: bool) -> None:
    """List the members and other contacts, by number; with --json a line of JSON each."""
    with membership_of(directory) as (_, _, membership):
        for member in membership.exported("", _kinds(kinds)):
            if as_json:
                click.echo(json.dumps(as_dict(member) | _words(member), ensure_ascii=False))
            else:
                click.echo(f"{_line(member)}  {', '.join(kind_names(member.kinds))}")


@group.command()
@click.argument("text", nargs=-1, required=True)
@dir_option
@json_option
def find(*, text: Sequence[str], directory: Path, as_json: bool) -> None:
    """Find members by TEXT: beginnings of their names, in either script and any order, or a number.

    That may be a phone in any form, an employee's number, or a card's. Exit code 1 where nobody is found.
    """
    with membership_of(directory) as (_, _, membership):
        found = membership.find(" ".join(text))
    if as_json:
        show([as_dict(member) | _words(member) for member in found])
    else:
        for member in found:
            click.echo(_line(member))
        if len(found) == MOST_FOUND:
            click.echo(f"There may be more than these {MOST_FOUND}: say more of the name.", err=True)
        if not found:
            click.echo("Nobody is found: write less of the name, or another number.", err=True)
    if not found:
        raise SystemExit(1)


@group.command("show")
@click.argument("member", metavar="ID")
@dir_option
@json_option
def show_(*, member: str, directory: Path, as_json: bool) -> None:
    """Show the member ID with household and cards."""
    with membership_of(directory) as (_, _, membership):
        found = membership.show(member)
    if as_json:
        show(
            {
                **as_dict(found.member),
                **_words(found.member),
                "household": [each.member for each in found.dependants],
                "cards": [{"card": card, "revoked": revoked} for card, revoked in found.cards.items()],
            }
        )
        return
    told = as_dict(found.member) | _words(found.member)
    told["deactivated_at"] = moment(found.member.deactivated_at)
    told["kinds"] = ", ".join(told["kinds"])
    for key, value in told.items():
        if value not in ("", None):
            click.echo(f"{key:<16} {value}")
    if found.principal:
        click.echo(f"household of     {_line(found.principal)}")
    for each in found.dependants:
        click.echo(f"dependant        {_line(each)}")
    for card, revoked in found.cards.items():
        click.echo(f"card             {card}{'  (refused)' if revoked else ''}")


@group.command()
@click.argument("member", metavar="ID")
@dir_option
@json_option
def deactivate(*, member: str, directory: Path, as_json: bool) -> None:
    """Take the rights of the member ID and refuse the member's own cards; dependants keep theirs."""
    with membership_of(directory) as (_, _, membership):
        fresh = membership.deactivate(member)
    if as_json:
        show({"member": member, "newly_deactivated": fresh})
    else:
        click.echo(f"{member} is deactivated." if fresh else f"{member} was deactivated already.")


def _words(member: Member) -> dict[str, Any]:
    return {"category": category_key(member.category), "kinds": kind_names(member.kinds)}


def _line(member: Member) -> str:
    names = " / ".join(filter(None, (member.name_ar, member.name_latin)))
    more = (category_key(member.category), member.employee_number, member.phone)
    gone = "" if member.is_active else "  (deactivated)"
    return f"{member.member}  {names}  {'  '.join(filter(None, more))}{gone}"
