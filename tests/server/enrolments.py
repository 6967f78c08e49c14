"""A server at which kiosks register members, by their facts alone: made, brought in and worked off."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from kiosk.config import KioskConfig, read_config
from server.bootstrap import opened
from server.intake import Intake
from server.members.enrolling import Enrolling
from server.office import Office, now_ms
from server.settings import Home
from server.store import tables as t
from server.store.engine import Store
from tests.programs import EXAMPLE, FAIR
from tests.server.facts import BOOT, MINUTE, NINE, RECEIVED, event_id
from tests.server.members.register import Register, made_register
from wire.card import CardIdentity, Category
from wire.envelope import Batch, BatchHead
from wire.events import (
    CardRef,
    CardRevoked,
    Consented,
    Event,
    Fact,
    Registration,
    Reissue,
    Void,
    encode_event,
)
from wire.private import seal_private
from wire.programme import RevocationIndex, open_revocations

Brought = Fact | tuple[int, Fact]
"""A fact, perhaps with the number of its event's id before it."""
SECTION: Final = """
[[consents]]
id = "messages"
texts = { ar = "أوافق على مراسلتي.", fr = "J'accepte qu'on m'écrive." }

[members]
employee_number = "[0-9]{7}"
national_id = "D-123/2024"

[registration]
fields = ["name_ar", "name_latin", "category", "principal", "birth", "employee_number", "national_id"]
required = ["name_ar", "category"]
consents = ["messages"]
"""
KARIM: Final = {
    "name_ar": "كريم بناني",
    "name_latin": "Karim Bennani",
    "category": "active",
    "birth": "1960-05-31",
    "employee_number": "0012345",
    "phone": "+212612345678",
}
SALMA: Final = {
    "name_ar": "سلمى بناني",
    "name_latin": "Salma Bennani",
    "category": "child",
    "birth": "2012-03",
}


class Enrolments:
    """A server with two kiosks, ``desk`` and ``other``; ``told`` is its log."""

    def __init__(self, path: Path, database: str = "") -> None:
        self.register: Register = made_register(path, database)
        tour = path / "tour.toml"
        tour.write_text(EXAMPLE.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
        self.register.type("tour", "load", tour)
        self.kiosks: dict[str, KioskConfig] = {}
        for name in ("desk", "other"):
            out = path / f"{name}.toml"
            self.register.type("kiosk", "add", name, "--booth", "membership", "--out", out)
            self.kiosks[name] = read_config(out)
        self.told: list[str] = []
        self._batches = 0

    # -- facts -------------------------------------------------------------------------------

    def card(self, number: int, kiosk: str = "desk", category: int = Category.ACTIVE) -> CardRef:
        """Give the n-th card that a kiosk makes."""
        return CardRef(key_id=self.kiosks[kiosk].card_key_id, card_id=f"{number:014x}", category=category)

    def registration(
        self, number: int, said: dict[str, str], *, kiosk: str = "desk", card: CardRef | None = None
    ) -> Registration:
        """Give the registration of whoever gets a kiosk's n-th card."""
        with opened(self.register.home) as (home, _, _):
            sealed = seal_private(said, bytes(home.secrets.sealing_key.public_key))
        category = Category[said.get("category", "active").upper()]
        return Registration(
            card=card or self.card(number, kiosk, category),
            valid_from=date(2026, 11, 23),
            valid_to=date(2029, 11, 22),
            consents=[Consented(id="messages", version=1)],
            language="ar",
            sealed=sealed,
        )

    def reissue(self, number: int, replaces: str = "", *, member: str = "", kiosk: str = "desk") -> Reissue:
        """Give the reissue that makes a kiosk's n-th card."""
        return Reissue(
            card=self.card(number, kiosk),
            replaces=replaces,
            valid_from=date(2026, 11, 23),
            valid_to=date(2029, 11, 22),
            reason="lost",
            member=member,
        )

    # -- bringing them -----------------------------------------------------------------------

    def bring(self, *facts: Brought, kiosk: str = "desk", minute: int = 0) -> None:
        """Take facts as they come from a kiosk and work them off; a number before one is its event's id."""
        self.take(*facts, kiosk=kiosk, minute=minute)
        self.work_off()

    def take(self, *facts: Brought, kiosk: str = "desk", minute: int = 0, fair: str = FAIR) -> bool:
        """Take facts, and leave for later what members get of them; says whether something is left."""
        self._batches += 1
        events = []
        for at, each in enumerate(facts, 1):
            number, fact = each if isinstance(each, tuple) else (1000 * self._batches + at, each)
            events.append(self.event(number, fact, minute, fair))
        head = BatchHead(self.kiosks[kiosk].device, self._batches, 1, len(events))
        with opened(self.register.home) as (home, store, office):
            intake = Intake(store, office.body, digest_key=bytes.fromhex(home.secrets.digest_key))
            return intake.take([Batch(head, tuple(events))], RECEIVED).enrols

    @staticmethod
    def event(number: int, fact: Fact, minute: int = 0, fair: str = FAIR) -> bytes:
        """Give the bytes of the n-th event, by staff 101, so many minutes after nine."""
        at = NINE + minute * MINUTE
        event = Event(
            event_id=event_id(number),
            occurred_at=at,
            monotonic_ms=1000,
            boot_id=BOOT,
            fair=fair,
            booth="membership",
            fact=fact,
            staff_id="101",
        )
        return encode_event(event)

    def work_off(self) -> None:
        """Work off all that waits, as a server does that has just started."""
        self.with_enrolling(lambda enrolling: enrolling.work_off())

    def with_enrolling(self, do: Callable[[Enrolling], Any]) -> Any:
        """Do something with what works facts off."""
        with opened(self.register.home) as (home, store, office):
            return do(self.enrolling(home, store, office))

    def enrolling(self, home: Home, store: Store, office: Office) -> Enrolling:
        """Give what works facts off."""
        return Enrolling(home, store, office, clock=now_ms, on_trouble=self.told.append)

    # -- looking -----------------------------------------------------------------------------

    def shown(self, *text: str) -> dict[str, Any]:
        """Show the one member who is found by a text."""
        found: dict[str, Any] = self.register.json("members", "show", self.register.id_of(*text))
        return found

    def rows(self, table: Any) -> list[dict[str, Any]]:
        """Give the rows of a table."""
        with opened(self.register.home) as (_, store, _), store.reading() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def enrolments(self) -> list[dict[str, Any]]:
        """Give what came of each fact, by event id."""
        return sorted(self.rows(t.enrolment), key=lambda row: str(row["event_id"]))

    def outcomes(self) -> list[str]:
        """Give what came of each fact, by event id."""
        return [row["outcome"] for row in self.enrolments()]

    def refuses(self, card: CardRef | str) -> bool:
        """Say whether the revocations that kiosks are told refuse a card."""
        number = card if isinstance(card, str) else card.identity
        kept = self.rows(t.revocation_list)
        if not kept:
            return False
        with opened(self.register.home) as (_, _, office):
            revocations = open_revocations(kept[0]["message"], office.body_public_key)
        return CardIdentity.parse(number) in RevocationIndex(revocations)

    def whole(self) -> bool:
        """Say whether the audit log holds."""
        found: bool = self.register.json("audit", "verify")["whole"]
        return found


def void(target: int) -> Void:
    """Give the fact that the n-th event was wrong."""
    return Void(target=event_id(target), reason="other")


def revoked(card: CardRef | str) -> CardRevoked:
    """Give the fact that a card is lost."""
    return CardRevoked(card=card if isinstance(card, str) else card.identity, reason="lost")
