"""``cards issue``, ``cards verify``, ``cards revoke``."""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import Progress

from server.assets import fonts_dir
from server.card_looks import CardLooks, card_looks
from server.card_order import CardOrder
from server.commands.common import dir_option, json_option, opened, reserved, show
from server.commands.member_cards import issue_to_members
from server.files.card_sheets import write_sheets
from server.files.qr_picture import write_qr
from server.office import Office, OfficeError
from server.rules.figures import category_key
from server.store.registry import CardRow
from wire.card import LANGUAGES, LAST_DAY, Card, CardIdentity, Category, RefusalCode, Refused
from wire.card_sheet import MOST_CARDS

_TABLE: Final = "cards.csv"
_COLUMNS: Final = ("card", "category", "language", "valid_from", "valid_to", "token", "picture")
_MOST: Final = 1_000_000
_VALID_FOR: Final = timedelta(days=3 * 365)
_CATEGORIES: Final = [entry.name.lower() for entry in Category if entry is not Category.UNKNOWN]


_Issued = tuple[CardRow, str]


@click.group("cards")
def group() -> None:
    """Issue, check and refuse cards."""


@group.command()
@click.option(
    "--count",
    type=click.IntRange(1, _MOST),
    help=f"How many.  [default: 1; of --members at most {MOST_CARDS}]",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Where they go: a directory, or FILE.pdf for sheets of ten.",
)
@click.option(
    "--members", "to_members", is_flag=True, help="One for each active member without a card in force."
)
@click.option("--member", "members", multiple=True, metavar="ID", help="For this member; may be given often.")
@click.option(
    "--category",
    type=click.Choice(_CATEGORIES),
    help="Whose they are.  [default: active; of --members all]",
)
@click.option(
    "--territory", default=0, show_default=True, type=click.IntRange(0, 255), help="Home territory's code."
)
@click.option(
    "--language",
    default="ar",
    show_default=True,
    type=click.Choice(LANGUAGES),
    help="What a kiosk speaks to the bearer.",
)
@click.option("--valid-from", type=click.DateTime(["%Y-%m-%d"]), help="First day.  [default: today]")
@click.option("--valid-to", type=click.DateTime(["%Y-%m-%d"]), help="Last day.  [default: three years later]")
@click.option("--no-pictures", is_flag=True, help="Write cards.csv alone.")
@dir_option
@json_option
def issue(
    *,
    count: int | None,
    out: Path,
    to_members: bool,
    members: Sequence[str],
    category: str | None,
    directory: Path,
    as_json: bool,
    **all_alike: Any,
) -> None:
    """Issue signed cards: OUT/cards.csv with their tokens, and a picture of each QR code.

    OUT ending in .pdf becomes sheets of A4 to be printed at 100 %, ten cards on each. A token
    lets its bearer in: keep what is written to yourself.

    With --members the sheets bear names, in the order of territories and names: up to 10000 cards a file;
    the same command with another OUT goes on with those who are left.
    """
    if to_members or members:
        _check_members_own(out, all_alike)
        most = count or MOST_CARDS
        issue_to_members(directory, out, category=category, members=members, most=most, as_json=as_json)
    else:
        _issue_alike(directory, out, count or 1, category or "active", as_json=as_json, **all_alike)


def _issue_alike(
    directory: Path,
    out: Path,
    count: int,
    category: str,
    *,
    territory: int,
    language: str,
    valid_from: datetime | None,
    valid_to: datetime | None,
    no_pictures: bool,
    as_json: bool,
) -> None:
    """Issue cards that are nobody's by name, all alike."""
    on_paper = out.suffix.lower() == ".pdf"
    if on_paper and no_pictures:
        raise click.UsageError("--no-pictures is for a directory: sheets are pictures")
    if on_paper and count > MOST_CARDS:
        raise click.BadParameter(
            f"one PDF holds at most {MOST_CARDS} cards: make several", param_hint="--count"
        )
    first = valid_from.date() if valid_from else datetime.now(UTC).date()
    last = valid_to.date() if valid_to else min(first + _VALID_FOR, LAST_DAY)
    order = CardOrder(count, Category[category.upper()], territory, language, first, last)
    with opened(directory) as (_, store, office):
        if on_paper:
            _write_sheets(out, office, order, card_looks(store, office))
        else:
            _write_directory(out, office, order, with_pictures=not no_pictures)
    where = {"sheets": str(out)} if on_paper else {"table": str(out / _TABLE)}
    if as_json:
        show({"count": count, "category": category, **where, "valid_to": last.isoformat()})
    else:
        click.echo(f"{count} cards are in {out}, valid from {first} to {last}.")


def _check_members_own(out: Path, all_alike: Iterable[str]) -> None:
    """Refuse what a member's card says by the member, and what sheets are not."""
    source = click.get_current_context().get_parameter_source
    said = sorted(name for name in all_alike if source(name) is not ParameterSource.DEFAULT)
    if said:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in said)
        raise click.UsageError(f"{options} cannot be given of members' cards")
    if out.suffix.lower() != ".pdf":
        raise click.UsageError("members' cards are sheets: let --out end in .pdf")


def _write_sheets(out: Path, office: Office, order: CardOrder, looks: CardLooks) -> None:
    with reserved(out, "cards"), _progress(order.count) as advance:
        faces = (looks.face(token, order.category) for _, token in advance(office.issue_cards(order)))
        write_sheets(out, faces, fonts_dir())


def _write_directory(out: Path, office: Office, order: CardOrder, *, with_pictures: bool) -> None:
    table = out / _TABLE
    try:
        if table.exists():
            raise OfficeError(f"{table} exists already and holds cards: choose another directory")
        cards = office.issue_cards(order)
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_cards(out, table, cards, order, with_pictures=with_pictures)
    except OSError as problem:
        raise OfficeError(f"the cards cannot be written to {out}: {problem.strerror}") from None


@contextmanager
def _progress(count: int) -> Iterator[Callable[[Iterable[_Issued]], Iterator[_Issued]]]:
    """Show how far so many cards have come; what is given counts them as they are taken."""
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("cards", total=count)

        def advance(cards: Iterable[_Issued]) -> Iterator[_Issued]:
            for card in cards:
                yield card
                progress.advance(task)

        yield advance


def _write_cards(
    out: Path, table: Path, cards: Iterable[tuple[CardRow, str]], order: CardOrder, *, with_pictures: bool
) -> None:
    category = category_key(order.category)
    descriptor = os.open(table, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file,
        _progress(order.count) as advance,
    ):
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row, token in advance(cards):
            picture = f"{row.card}.png" if with_pictures else ""
            if picture:
                write_qr(out / picture, token)
            writer.writerow((row.card, category, row.language, row.valid_from, row.valid_to, token, picture))


@group.command()
@click.argument("token")
@dir_option
@json_option
def verify(*, token: str, directory: Path, as_json: bool) -> None:
    """Say whether TOKEN is a card of this body that is accepted today. Exit code 1 if not."""
    with opened(directory) as (_, _, office):
        judged, revoked = office.verify_card(token)
    card = judged if isinstance(judged, Card) else None
    code = judged.code if isinstance(judged, Refused) else _refused_today(judged, revoked=revoked)
    found = {
        "verdict": "refused" if code else "accepted",
        "code": str(code or ""),
        "card": str(card.identity) if card else "",
        "category": category_key(card.category) if card else "",
        "language": card.language if card else "",
        "valid_from": card.valid_from.isoformat() if card else "",
        "valid_to": card.valid_to.isoformat() if card else "",
    }
    if as_json:
        show(found)
    elif code is None and card is not None:
        click.echo(f"accepted: card {found['card']}, {found['category']}, valid to {found['valid_to']}")
    else:
        click.echo(_refusal(code, found["card"]))
    raise SystemExit(1 if code else 0)


@group.command()
@click.argument("card", metavar="ID")
@click.option(
    "--reason", default="lost", show_default=True, help="Why, for the record: at most 64 characters."
)
@dir_option
@json_option
def revoke(*, card: str, reason: str, directory: Path, as_json: bool) -> None:
    """Refuse the card ID (like 0001-00c0ffee00c0ff) from now on, at every kiosk."""
    identity = CardIdentity.parse(card)
    with opened(directory) as (_, _, office):
        fresh, known = office.revoke_card(identity, reason[:64])
    if as_json:
        show({"card": str(identity), "newly_revoked": fresh, "issued_here": known})
        return
    click.echo(f"{identity} is refused from now on." if fresh else f"{identity} was refused already.")
    if not known:
        click.echo("This server did not issue that card itself: check the number once more.")


def _refused_today(card: Card, *, revoked: bool) -> RefusalCode | None:
    today = date.today()  # noqa: DTZ011 - the operator's own day
    if revoked:
        return RefusalCode.REVOKED
    if today < card.valid_from:
        return RefusalCode.NOT_YET_VALID
    return RefusalCode.EXPIRED if today > card.valid_to else None


def _refusal(code: RefusalCode | None, card: str) -> str:
    return f"refused: {code} (card {card})" if card else f"refused: {code}"
