"""A hall of members of whom one wants to be forgotten: what she did, and everywhere that it left a trace."""

import shutil
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from server.bootstrap import erase_again, opened
from server.intake import Intake, Taken
from server.office import now_ms
from server.settings import Home
from server.store import tables as t
from server.store.engine import Store
from tests.server.facts import NINE, batch, raw
from tests.server.files.hall import RABAT, TANGIER, TWO_BANKS, Hall
from wire.events import CardRef, Fact, Feedback, SessionAttendance, Visit
from wire.private import seal_private

AMINA: Final = ("Amina Zerhouni-Canari", "أمينة الزرهوني كناري", "actif", "7654321", "0661998877")
KARIM: Final = ("Karim Bennani", "كريم بناني", "actif", "1234567", "0612345678")
INVITED: Final = f'day = "2024-05"\ninvitees = ["{AMINA[3]}", "{KARIM[3]}"]'
TEXT: Final = "une phrase que personne d'autre n'a écrite"
TYPED: Final = "+212677001122"
CANARIES: Final = (
    AMINA[0],
    AMINA[1],
    AMINA[3],
    "661998877",
    "zerhouni",
    "كناري",
    "677001122",
    "personne d'autre",
)


class Rights(Hall):
    """A hall of which the facts are kept under the server's own key, as a running one keeps them.

    ``copy_of`` is one that is at rest: its directory is copied.
    """

    def __init__(self, path: Path, database: str = "", copy_of: "Rights | None" = None) -> None:
        self._at = 0
        if copy_of is not None:
            shutil.copytree(copy_of.path, path, dirs_exist_ok=True)
            self.path, self.home = path, path / "server"
            self.store = Store(Home(self.home).database)
            self._seq, self._at, self.cards = copy_of._seq, copy_of._at, copy_of.cards  # noqa: SLF001 - its own kind
            return
        super().__init__(path, database)
        tour = path / "tour.toml"
        tour.write_text(TWO_BANKS.replace('day = "2024-05"', INVITED), encoding="utf-8")
        self.type("tour", "load", tour)

    @property
    def amina(self) -> CardRef:
        """The card of the one who asks."""
        return self.cards[AMINA[3]]

    def take(self, event: bytes, *, epoch: int = 7, seq: int | None = None) -> Taken:
        """Take an event as a kiosk's next."""
        if seq is None:
            self._at += 1
            seq = self._at
        key = bytes.fromhex(Home(self.home).secrets.digest_key)
        return Intake(self.store, "amal", digest_key=key).take([batch(seq, event, epoch=epoch)], now_ms())

    def happen(self, fact: Fact, **changes: Any) -> int:
        self._seq += 1
        number = self._seq
        self.take(raw(number, fact, **{"fair": RABAT, "monotonic_ms": 1000 * number, **changes}))
        return number

    def sealed(self, **said: str) -> bytes:
        """Seal something as a kiosk does."""
        return seal_private(said, bytes(Home(self.home).secrets.sealing_key.public_key))

    def visit(self, who: CardRef, **changes: Any) -> int:
        return self.happen(Visit(card=who), **changes)

    def a_life(self) -> None:
        """Let two members visit, sign up, tell, and sit in a session, at two stops."""
        self.enrol(AMINA, KARIM)
        for who in (self.amina, self.cards[KARIM[3]]):
            self.visit(who)
            self.visit(who, occurred_at=NINE + 3_600_000, booth="other-bank")
            self.visit(who, fair=TANGIER)
            self.sign_up(who, "loan", phone=TYPED)
            self.sign_up(who, "savings")
            self.happen(
                Feedback(
                    card=who, face=2, topics=[], urgent=True, language="fr", sealed=self.sealed(text=TEXT)
                )
            )
            self.happen(SessionAttendance(card=who, session="training"))

    def figures(self) -> list[Any]:
        """Give every figure that commands tell, of the fairs and of the tour."""
        return [self.json("stats", name) for name in (RABAT, TANGIER, "amal-2024")]

    def rows(self, table: Any) -> list[dict[str, Any]]:
        with self.store.reading() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def everything(self) -> str:
        """Give every row of every table as one text; bytes as they are read."""
        told = []
        for table in t.metadata.sorted_tables:
            for row in self.rows(table):
                told += [
                    value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    for value in row.values()
                ]
        return "\n".join(told)

    def bytes_on_disk(self) -> bytes:
        """Give what lies in the database's files."""
        found = b"".join(path.read_bytes() for path in sorted(self.home.glob("ledger.db*")))
        assert found
        return found

    def start_again(self) -> None:
        """Do what a server does that starts."""
        with opened(self.home) as (home, store, office):
            erase_again(home, store, office.bodies)

    def whole(self) -> bool:
        return bool(self.json("audit", "verify")["whole"])
