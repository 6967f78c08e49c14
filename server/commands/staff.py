"""``staff add``, ``staff list`` and ``staff revoke``."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from server.commands.common import dir_option, json_option, opened, reserved, show
from server.files.qr_picture import write_qr
from server.office import Office, OfficeError, now_ms
from server.rules.staff import grouped
from server.store.engine import Store
from server.store.registry import StaffRow
from wire.card import LANGUAGES

if TYPE_CHECKING:
    from server.staff import NewStaff, Staff

_SHOWN: Final = ("name", "fair", "booth", "card", "made_at", "revoked_at")


@click.group("staff")
def group() -> None:
    """Let people serve the kiosks as staff, by PIN and card."""


@group.command()
@click.argument("name")
@click.option("--fair", default="", help="The fair, where there are several.")
@click.option("--booth", default="", help="The booth where this one works.  [default: none in particular]")
@click.option(
    "--card",
    "picture",
    type=click.Path(path_type=Path),
    help="The picture of the staff card's QR code to write.  [default: staff-ID.png]",
)
@click.option(
    "--language",
    default="ar",
    show_default=True,
    type=click.Choice(LANGUAGES),
    help="What a kiosk speaks to this one.",
)
@dir_option
@json_option
def add(
    *,
    name: str,
    fair: str,
    booth: str,
    picture: Path | None,
    language: str,
    directory: Path,
    as_json: bool,
) -> None:
    """Make NAME one of the staff: an id, a PIN that is shown once, and a staff card.

    A running server tells the fair's kiosks at once. They show NAME: initials will do.
    """
    with opened(directory) as (_, store, office), ExitStack() as undo:
        path = Path()

        def hand_over(new: "NewStaff") -> None:
            nonlocal path
            path = picture or Path(f"staff-{new.row.staff_id}.png")
            undo.enter_context(reserved(path, "a staff card"))
            try:
                write_qr(path, new.token)
            except OSError as problem:
                raise OfficeError(f"{path} cannot be written: {problem.strerror}") from None

        new = _staff(store, office).add(name, fair=fair, booth=booth, language=language, hand_over=hand_over)
    row = new.row
    if as_json:
        show(
            {
                "id": row.staff_id,
                "name": row.name,
                "fair": row.fair,
                "booth": row.booth,
                "pin": new.pin,
                "card": row.card,
                "picture": str(path),
                "valid_to": new.valid_to.isoformat(),
            }
        )
        return
    click.echo(f"{row.name} is staff {row.staff_id} at {row.fair}. The PIN is shown this once:")
    click.echo(f"\n  PIN   {grouped(new.pin)}\n  card  {path}, valid to {new.valid_to}\n")
    click.echo(f"PIN or card lost:  riwaq-server staff revoke {row.staff_id}  and add {row.name} again.")


@group.command("list")
@click.option("--fair", default="", help="Only this fair's.")
@dir_option
@json_option
def list_(*, fair: str, directory: Path, as_json: bool) -> None:
    """List all staff, those who were revoked as well."""
    with opened(directory) as (_, store, office):
        rows = _staff(store, office).known(fair)
    if as_json:
        show([{"id": row.staff_id, **{field: getattr(row, field) for field in _SHOWN}} for row in rows])
        return
    for row in rows:
        click.echo(f"{row.staff_id:<6}  {row.fair}  {row.booth or '-':<16} {row.name}{_since(row)}")


@group.command()
@click.argument("staff_id", metavar="ID")
@dir_option
@json_option
def revoke(*, staff_id: str, directory: Path, as_json: bool) -> None:
    """Let PIN and card of the staff ID be good no more, at every kiosk. The id is not given again."""
    with opened(directory) as (_, store, office):
        row, fresh = _staff(store, office).revoke(staff_id)
    if as_json:
        show({"id": row.staff_id, "card": row.card, "newly_revoked": fresh})
        return
    words = "are good no more." if fresh else "were revoked already."
    click.echo(f"PIN and card of staff {row.staff_id} ({row.name}) {words}")


def _staff(store: Store, office: Office) -> "Staff":
    from server.staff import Staff  # noqa: PLC0415 - argon2 takes longer to load than most commands

    return Staff(store, office, clock=now_ms)


def _since(row: StaffRow) -> str:
    if row.revoked_at is None:
        return ""
    return f"  (revoked {datetime.fromtimestamp(row.revoked_at / 1000, UTC):%Y-%m-%d})"
