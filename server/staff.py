"""Staff: each with a PIN that is shown once, a card that is counted nowhere, and an id given once.

What is kept of a PIN is its verifier alone, in the registry and in the sealed setup of the fair
(see ``wire.setup``). Every act is one transaction.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from argon2 import PasswordHasher

from server.card_order import CardOrder
from server.office import Office, OfficeError
from server.rules.names import MAX_LABEL, is_label
from server.rules.staff import card_days, is_trivial
from server.store.engine import Store
from server.store.registry import Registry, StaffRow
from wire.card import CardIdentity, Category
from wire.setup import FIRST_STAFF_ID, SECRET_DIGITS, StaffVerifier
from wire.zones import zone_of

REVOKED: Final = "staff"
"""Why a card was revoked, for the record."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """One of the staff who was just added. ``pin`` (digits without spaces) and ``token`` are secret."""

    row: StaffRow
    valid_to: date
    pin: str = field(repr=False)
    token: str = field(repr=False)


class Staff:
    """The staff of one server. ``clock`` gives ms UTC."""

    def __init__(self, store: Store, office: Office, *, clock: Callable[[], int]) -> None:
        self._store = store
        self._office = office
        self._clock = clock
        # argon2-cffi's defaults (RFC 9106, low memory): 64 MiB and three rounds, once for a PIN typed.
        self._hasher = PasswordHasher()

    def add(
        self, name: str, *, fair: str, booth: str, language: str, hand_over: Callable[[NewStaff], None]
    ) -> NewStaff:
        """Make one of the staff of a fair; ``booth`` may be empty, as ``fair`` where there is one alone.

        ``hand_over`` writes what this one gets, before anything counts: where it raises, nobody was
        added. Raises :class:`OfficeError`.
        """
        if not is_label(name):
            raise OfficeError(
                f"a name is 1 to {MAX_LABEL} characters that can be printed, with no space around"
            )
        with self._office.acting() as registry:
            about = self._office.place(registry, booth or None, fair).fair
            self._office.check_open(registry, about.id)
            now = self._clock()
            today = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(about.timezone)).date()
            first, last = card_days(today, max(about.days))
            order = CardOrder(1, Category.STAFF, 0, language, first, last)
            card, token = self._office.issue_card(registry, order)
            staff_id = str(max(registry.highest_staff_id() + 1, FIRST_STAFF_ID))
            pin = new_pin(staff_id)
            row = StaffRow(
                staff_id=staff_id,
                name=name,
                fair=about.id,
                booth=booth,
                pin_verifier=self._hasher.hash(pin),
                card=card.card,
                made_at=now,
            )
            registry.add_staff(row)
            self._tell_kiosks(registry, about.id)
            new = NewStaff(row, last, pin, token)
            hand_over(new)
        return new

    def known(self, fair: str = "") -> list[StaffRow]:
        """Give all staff by id, of one fair where it is named; raises :class:`OfficeError`."""
        with self._store.reading() as connection:
            registry = Registry(connection, self._office.body)
            if fair:
                self._office.place(registry, None, fair)
            return [row for row in registry.staff() if fair in ("", row.fair)]

    def revoke(self, staff_id: str) -> tuple[StaffRow, bool]:
        """Let PIN and card be good no more; gives (who, newly revoked).

        Raises :class:`OfficeError` for an id that nobody ever had.
        """
        with self._office.acting() as registry:
            row = next((row for row in registry.staff() if row.staff_id == staff_id), None)
            if row is None:
                raise OfficeError(f"there is no staff {staff_id!r}: see  riwaq-server staff list")
            if row.revoked_at is not None:
                return row, False
            registry.revoke_staff(staff_id, self._clock())
            self._tell_kiosks(registry, row.fair)
            self._office.refuse_card(registry, CardIdentity.parse(row.card), REVOKED)
        return row, True

    def _tell_kiosks(self, registry: Registry, fair: str) -> None:
        """Put the verifiers of those in force into the fair's setup: all of them, as the registry says."""
        verifiers = [
            StaffVerifier(
                staff_id=row.staff_id,
                pin_verifier=row.pin_verifier,
                card=row.card,
                booth=row.booth,
            )
            for row in registry.staff()
            if row.fair == fair and row.revoked_at is None
        ]
        self._office.change_setup(registry, fair, staff=verifiers)


def new_pin(staff_id: str, randbelow: Callable[[int], int] = secrets.randbelow) -> str:
    """Draw a PIN for that id, none of those that people try first; digits without spaces."""
    while is_trivial(secret := f"{randbelow(10**SECRET_DIGITS):0{SECRET_DIGITS}d}"):
        pass
    return staff_id + secret
