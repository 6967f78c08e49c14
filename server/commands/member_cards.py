"""``cards issue --members``: sheets of cards with names, for members who have none in force."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from server.assets import fonts_dir
from server.card_looks import card_looks
from server.commands.common import reserved, show
from server.commands.members import membership_of
from server.files.card_sheets import write_sheets
from server.members.membership import Membership
from server.office import OfficeError
from server.rules.members.member import Member
from server.store.registry import CardRow
from wire.card import Category
from wire.card_sheet import MOST_CARDS, Bilingual
from wire.folding import folded

_Card = tuple[Member, CardRow, str]


def issue_to_members(
    directory: Path, out: Path, *, category: str | None, members: Sequence[str], most: int, as_json: bool
) -> None:
    """Issue at most so many cards and write them to ``out``; raises :class:`OfficeError` for nobody."""
    if most > MOST_CARDS:
        raise click.BadParameter(
            f"one PDF holds at most {MOST_CARDS} cards: make several", param_hint="--count"
        )
    chosen = Category[category.upper()] if category else None
    with membership_of(directory) as (_, store, membership), reserved(out, "cards"):
        looks = card_looks(store, membership.office)
        if members:
            membership.check_without_card(members)
        waiting = len(set(members)) if members else membership.count_without_card(chosen)
        with Progress(console=Console(stderr=True)) as progress:
            signing = progress.add_task("signing", total=min(most, waiting))
            orders = membership.issue_member_cards(category=chosen, members=members or None, most=most)
            with _given_out_or_taken_back(membership, _counted(orders, progress, signing)) as cards:
                drawing = progress.add_task("drawing", total=len(cards))
                faces = (
                    looks.face(token, member.category, Bilingual(member.name_ar, member.name_latin))
                    for member, _, token in _counted(cards, progress, drawing)
                )
                write_sheets(out, faces, fonts_dir())
        left = 0 if members else membership.count_without_card(chosen)
    last = max(row.valid_to for _, row, _ in cards)
    if as_json:
        show({"count": len(cards), "sheets": str(out), "valid_to": last, "left": left})
        return
    click.echo(
        f"{len(cards)} cards are in {out}, valid to {last}: names and tokens, keep the file to yourself."
    )
    if left:
        click.echo(f"{left} members are without one still: type the same with another --out.")


@contextmanager
def _given_out_or_taken_back(membership: Membership, issued: Iterable[_Card]) -> Iterator[list[_Card]]:
    """Give cards in the order in which they are handed out; where that fails nobody has them.

    They are taken back then: while they are in force their members could be given no others.
    """
    cards: list[_Card] = []
    try:
        cards.extend(issued)
        _check_any(cards)
        cards.sort(key=_place)
        yield cards
    except BaseException:
        if cards:
            membership.take_back([row.card for _, row, _ in cards])
        raise


def _check_any(cards: Sequence[_Card]) -> None:
    if not cards:
        raise OfficeError("nobody is without a card in force: nothing was issued")


def _place(card: _Card) -> tuple[str, str, str, str]:
    member, *_ = card
    return member.territory, folded(member.name_ar), folded(member.name_latin), member.member


def _counted(cards: Iterable[_Card], progress: Progress, task: TaskID) -> Iterator[_Card]:
    for card in cards:
        yield card
        progress.advance(task)
