"""``session import``, ``invite`` and ``attend``: lists of sessions, and rolls typed or taken from a list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from server.commands.common import dir_option, json_option, show
from server.commands.list_import import RefusedRow, RefusedRows, chosen_fields
from server.commands.session import office_of
from server.files.list_file import OpenedList, opened_list
from server.office import OfficeError
from server.rules.members.rows import ListRow
from server.rules.sessions.columns import ROLL, SESSIONS, ListColumns, columns_of, recognises
from server.rules.sessions.held import Taking
from server.sessions.roll_import import ListCounts, RollImport, SessionsImport
from server.sessions.rolls import ATTENDED, INVITED, Rolls
from server.store.engine import Store

map_option = click.option(
    "--map",
    "chosen",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column holds, where its name does not say; - for nothing. May be given often.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would come of it, and change nothing.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


class _Import(Protocol):
    def prepare(
        self, rows: Iterator[ListRow], refuse: Callable[[RefusedRow], None], on_rows: Callable[[int], None]
    ) -> ListCounts: ...

    def commit(self, file: str) -> None: ...


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@_dry_run
@map_option
@_yes
@dir_option
@json_option
def import_(
    *, file: Path, dry_run: bool, chosen: Sequence[str], yes: bool, directory: Path, as_json: bool
) -> None:
    """Take in a list of sessions that belong to no fair, FILE.csv or FILE.xlsx: what is new or changed.

    Rows that cannot be taken go to FILE.refused.csv, each with the reason. Exit code 1 where there are any.
    """
    with office_of(directory) as (_, office, _), _opened(file, chosen, SESSIONS, ("session",)) as opened:
        source, columns, stack = opened
        importing: Any = SessionsImport(office, columns)
        _run(
            importing,
            file,
            source,
            columns,
            stack,
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
            what="sessions",
        )


def _rolling(command: Any) -> Any:
    options = (
        click.argument("session"),
        click.argument("who", nargs=-1),
        click.option(
            "--from", "file", type=click.Path(path_type=Path), help="A list of them, FILE.csv or FILE.xlsx."
        ),
        click.option(
            "--behalf",
            default="",
            metavar="CONTACT",
            help="For whom they come, such as an association: its number or its whole name.",
        ),
        click.option("--undo", is_flag=True, help="Take back what was noted of those who are typed."),
        _dry_run,
        map_option,
        _yes,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_rolling
@dir_option
@json_option
def invite(*, session: str, who: Sequence[str], file: Path | None, directory: Path, **given: Any) -> None:
    """Note who is invited to SESSION: numbers of members, employees or cards, or contacts' whole names.

    Of a list, rows that cannot be taken go to FILE.refused.csv. Exit code 1 where there are any.
    """
    _note(_Roll(INVITED, session, directory, **given), who, file)


@click.command()
@_rolling
@dir_option
@json_option
def attend(*, session: str, who: Sequence[str], file: Path | None, directory: Path, **given: Any) -> None:
    """Note who was at SESSION: numbers of members, employees or cards, or contacts' whole names.

    Of a list, rows that cannot be taken go to FILE.refused.csv. Exit code 1 where there are any.
    """
    _note(_Roll(ATTENDED, session, directory, **given), who, file)


@dataclass(frozen=True, slots=True)
class _Roll:
    """What is to be noted on which roll, as it was typed."""

    what: str
    session: str
    directory: Path
    behalf: str
    undo: bool
    dry_run: bool
    chosen: Sequence[str]
    yes: bool
    as_json: bool


def _note(roll: _Roll, who: Sequence[str], file: Path | None) -> None:
    if (file is None) == (not who):
        raise OfficeError(
            "write who it is about behind the session's id, or name a list of them with --from FILE"
        )
    with office_of(roll.directory) as (store, _, rolls):
        if file is None:
            _note_typed(rolls, roll, who)
        else:
            _take_list(store, rolls, roll, file)


def _note_typed(rolls: Rolls, roll: _Roll, who: Sequence[str]) -> None:
    if roll.dry_run or roll.chosen:
        raise OfficeError("--dry-run and --map are for lists: name one with --from FILE")
    field = "invited" if roll.what == INVITED else "attended"

    def change(taking: Taking) -> Taking:
        return msgspec.structs.replace(taking, **{field: not roll.undo})

    what = f"{roll.what} undone" if roll.undo else roll.what
    changed = rolls.note_roll(roll.session, who, change, what=what, behalf=roll.behalf)
    if roll.as_json:
        show({"session": roll.session, "changed": changed})
    else:
        told = f"{changed} noted at {roll.session}." if changed else "Nothing was changed: it was so already."
        click.echo(told)


def _take_list(store: Store, rolls: Rolls, roll: _Roll, file: Path) -> None:
    if roll.undo or roll.behalf:
        raise OfficeError("--undo and --behalf are for those who are typed: a list has a column behalf")
    # Asked first: without such a session the list is none.
    rolls.roll(roll.session)
    with _opened(file, roll.chosen, ROLL, ("who",)) as (source, columns, stack):
        importing: Any = RollImport(store, rolls, columns, roll.session, what=roll.what)
        _run(
            importing,
            file,
            source,
            columns,
            stack,
            dry_run=roll.dry_run,
            yes=roll.yes,
            as_json=roll.as_json,
            what="people",
        )


@contextmanager
def _opened(
    file: Path, chosen: Sequence[str], fields: Mapping[str, str], needed: Sequence[str]
) -> Iterator[tuple[OpenedList, ListColumns, ExitStack]]:
    with ExitStack() as stack:
        source = stack.enter_context(opened_list(file, recognises(fields)))
        columns = columns_of(source.names, chosen_fields(chosen), fields, needed)
        if columns.problems:
            raise OfficeError(
                "nothing was imported:\n" + "\n".join(f"  - {each}" for each in columns.problems)
            )
        yield source, columns, stack


def _run(
    importing: _Import,
    file: Path,
    source: OpenedList,
    columns: ListColumns,
    stack: ExitStack,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    what: str,
) -> None:
    """Judge a list, say what came of it, and take in what is good."""
    if not as_json:
        click.echo(f"The columns, named in row {source.head_row}:")
        for at, found in columns.fields.items():
            click.echo(f"  {columns.names[at]}  →  {found}")
        for name in columns.left:
            click.echo(f"  {name}  is not read: --map '{name}=FIELD' says what it holds")
    refused = RefusedRows(file, columns.names, stack)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=source.size)
        counts = importing.prepare(
            source.rows, refused, lambda _: progress.update(task, completed=source.read())
        )
    if not as_json:
        absent = f", {counts.absent} did not come" if counts.absent else ""
        said = f"{counts.new} new, {counts.changed} changed, {counts.same} as they were"
        click.echo(f"{said}, {counts.refused} refused{absent}")
        if counts.refused:
            refused.tell()
    to_write = counts.new + counts.changed
    done = bool(to_write) and not dry_run
    if done and not yes:
        done = click.confirm(f"Take in {to_write} {what}?", err=True)
    if done:
        importing.commit(file.name)
    if as_json:
        show(
            {
                "file": str(file),
                "new": counts.new,
                "changed": counts.changed,
                "same": counts.same,
                "absent": counts.absent,
                "refused": counts.refused,
                "refused_file": str(refused.path) if counts.refused else "",
                "imported": done,
            }
        )
    else:
        click.echo(f"{to_write} {what} are taken in." if done else "Nothing was changed.")
    if counts.refused:
        raise SystemExit(1)
