"""A real server's directory, store and page for tests: facts come in through Intake, as they do in a hall."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import uuid_utils
from nacl.signing import SigningKey

from server.account_office import AccountOffice
from server.accounts import Accounts
from server.assets import assets_dir
from server.bootstrap import hall_of, opened
from server.files.tour_file import read_tour
from server.intake import Intake, Taken
from server.mqtt.access import write_private
from server.office import NewKiosk
from server.rules.access import Holder, Role
from server.rules.fair import FairDefinition, moved
from server.settings import make_home
from server.store.registry import Registry
from server.web import FIRST_ACCOUNT
from server.web.serving import WebServer
from server.web.sessions import Sessions
from server.web.site import Site
from wire.card import Category
from wire.envelope import open_batch, seal_batch
from wire.events import MAX_BATCH, CardRef, Event, Visit, encode_event
from wire.messages import State

ROOT: Final = Path(__file__).resolve().parents[3]
DAY: Final = date(2024, 12, 28)
NOW: Final = int(datetime(2024, 12, 28, 14, 20, tzinfo=UTC).timestamp() * 1000)
"""The second day of the example, in the afternoon: 15:20 in Rabat, which was an hour ahead of UTC then."""

OTHER_BODY: Final = "other"
"""A body that is served here too, and has nothing."""


class Tally:
    """What a collector would have counted."""

    def __init__(self) -> None:
        self.batches = 0
        self.facts: dict[str, int] = {}
        self.refused_messages: dict[str, int] = {"garbage": 2}
        self.dropped = 0


class Stage:
    """One fair on one server. ``now`` is where its clock begins; it then runs as clocks do."""

    def __init__(
        self,
        directory: Path,
        *,
        now: int = NOW,
        definition: FairDefinition | None = None,
        database: str = "",
    ) -> None:
        self.path = directory / "server"
        make_home(
            self.path,
            listen="127.0.0.1:1883",
            broker="",
            kiosk_broker="mqtt://127.0.0.1:1883",
            database=database,
            web="",
        )
        self._opened = opened(self.path)
        self.home, self.store, self.office = self._opened.__enter__()
        tour = read_tour((ROOT / "assets/examples/rabat.toml").read_bytes(), "rabat.toml")
        [example] = tour.fairs
        self.definition = definition or moved(example, DAY)
        self._tour = tour
        self.load([self.definition])
        self.fair = self.definition.fair.id
        self.intake = Intake(
            self.store, self.office.body, digest_key=bytes.fromhex(self.home.secrets.digest_key)
        )
        self.people = AccountOffice(self.home, self.store, self.office.body, clock=self.now, who="operator")
        self.accounts = Accounts(self.home, self.store, clock=self.now)
        self._began, self._now = time.monotonic(), now
        self.password = self.person(FIRST_ACCOUNT, Role.ADMIN)
        self.token = self.program("figures", Role.NATIONAL)
        self.tally = Tally()
        self.said: list[str] = []
        self.kiosks: list[NewKiosk] = []
        self._seqs: dict[str, int] = {}
        self._server: WebServer | None = None
        self._listen = "127.0.0.1:0"

    def now(self) -> int:
        """Tell the time of this stage, ms UTC."""
        return self._now + int((time.monotonic() - self._began) * 1000)

    # -- who looks ---------------------------------------------------------------------------

    def holder(self, role: Role, **scope: Any) -> Holder:
        """Say what somebody of this stage's body is good for."""
        return Holder(body=self.office.body, role=role, **scope)

    def person(self, name: str, role: Role, **scope: Any) -> str:
        """Make an account, use its one-time link, and give the password that was set."""
        password = f"a password of {name}"
        self.accounts.set_password(self.people.add(name, self.holder(role, **scope)), password)
        return password

    def program(self, name: str, role: Role, **scope: Any) -> str:
        """Make a program's account and give its token."""
        return self.people.token(name, self.holder(role, **scope))

    def new_password(self) -> None:
        """Let the organizer choose another password."""
        self.password += "!"
        self.accounts.set_password(self.people.link(FIRST_ACCOUNT), self.password)

    def load(self, definitions: list[FairDefinition]) -> None:
        """Load the tour with these fairs."""
        self.office.load_tour(msgspec.structs.replace(self._tour, fairs=definitions))

    # -- the hall ----------------------------------------------------------------------------

    def add_kiosk(self, name: str, booth: str) -> NewKiosk:
        """Add a kiosk as an operator does."""
        kiosk = self.office.add_kiosk(name, booth, self.fair)
        self.kiosks.append(kiosk)
        return kiosk

    def visits(self, kiosk: NewKiosk, cards: Iterable[int], at: int) -> Taken:
        """Let these cards visit a kiosk, all at one moment; returns once it is committed."""
        return self.crowd(kiosk, [(card, at, kiosk.row.booth) for card in cards])

    def crowd(self, kiosk: NewKiosk, visits: Sequence[tuple[int, int, str]]) -> Taken:
        """Let a kiosk tell of many visits at once: card, ms UTC, booth."""
        key = bytes(SigningKey(kiosk.batch_seed).verify_key)
        batches = [
            open_batch(sealed, device_key=lambda _: key, sealing_key=self.home.secrets.sealing_key)
            for sealed in self.sealed(kiosk, visits)
        ]
        taken = self.intake.take(batches, self.now())
        self.tally.batches += len(batches)
        for verdict, count in taken.verdicts.items():
            self.tally.facts[verdict] = self.tally.facts.get(verdict, 0) + count
        return taken

    def sealed(self, kiosk: NewKiosk, visits: Sequence[tuple[int, int, str]]) -> list[bytes]:
        """Give visits as the kiosk would send them: card, ms UTC, booth."""
        first = self._seqs.get(kiosk.row.device, 0) + 1
        self._seqs[kiosk.row.device] = first + len(visits) - 1
        events = [
            encode_event(
                Event(
                    event_id=uuid_utils.uuid7().hex,
                    occurred_at=at,
                    monotonic_ms=number,
                    boot_id="b" * 32,
                    fair=self.fair,
                    booth=booth,
                    fact=Visit(card=CardRef(key_id=1, card_id=f"{card:014x}", category=Category.ACTIVE)),
                )
            )
            for number, (card, at, booth) in enumerate(visits)
        ]
        key = SigningKey(kiosk.batch_seed)
        return [
            seal_batch(
                events[start : start + MAX_BATCH],
                device=kiosk.row.device,
                epoch=1,
                first=first + start,
                sealing_key=bytes(self.home.secrets.sealing_key.public_key),
                key=key,
            )
            for start in range(0, len(events), MAX_BATCH)
        ]

    def state(
        self, kiosk: NewKiosk, *, ago_s: float = 0.0, clock_wrong_ms: int | None = None, **state: Any
    ) -> None:
        """Let a kiosk tell its state, some seconds ago."""
        message = msgspec.json.encode(State(**{"online": True, **state}))
        with self.store.writing() as connection:
            registry = Registry(connection, self.office.body)
            registry.note_states({kiosk.row.device: (message, self.now() - int(ago_s * 1000))})
            if clock_wrong_ms is not None:
                registry._on_kiosk(kiosk.row.device, clock_wrong_ms=clock_wrong_ms)  # noqa: SLF001 - as a fact would

    def close_fair(self, *, ago_s: float = 0.0) -> None:
        """Close the fair, some seconds ago, as another process would."""
        with self.store.writing() as connection:
            registry = Registry(connection, self.office.body)
            registry.close_fair(self.fair, self.now() - int(ago_s * 1000))

    def reopen_fair(self) -> None:
        """Let the fair go on."""
        with self.store.writing() as connection:
            Registry(connection, self.office.body).reopen_fair(self.fair)

    # -- the page ----------------------------------------------------------------------------

    def serve(self, *, beat_s: float = 1.0) -> WebServer:
        """Start the page, always on the same port; tests have less time than people, so it beats oftener."""
        halls = [
            hall_of(
                self.home,
                self.store,
                body,
                tally=lambda: self.tally,
                is_connected=lambda: True,
                clock=self.now,
            )
            for body in (self.office.body, OTHER_BODY)
        ]
        sessions = Sessions(
            self.path / "web-sessions.json", self.accounts, write=write_private, clock=self.now
        )
        site = Site(
            halls,
            self.accounts,
            sessions,
            assets=assets_dir(),
            clock=self.now,
            on_trouble=self.said.append,
            beat_s=beat_s,
        )
        self._server = WebServer(site, self._listen, on_trouble=self.said.append)
        self._server.start()
        self._listen = self._server.address
        return self._server

    @property
    def server(self) -> WebServer:
        """The page that runs."""
        assert self._server is not None
        return self._server

    def notify(self, taken: Taken | None = None) -> None:
        """Say what the collector would say after a commit."""
        self.server.notify(self.office.body, taken.fairs if taken else {self.fair})

    def stop(self) -> None:
        """Stop the page, if it runs."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def close(self) -> None:
        """Stop everything."""
        self.stop()
        self._opened.__exit__(None, None, None)


def busy_hall(stage: Stage) -> None:
    """Fill two days and four kiosks, one of each kind of health: what screenshots show."""
    booths = [booth.id for booth in stage.definition.booths]
    for number, booth in enumerate(booths[:5], 1):
        stage.add_kiosk(f"K-{number:02}", booth)
    weights = [9, 20, 31, 27, 34, 22, 14]
    midnight = NOW - (NOW % 86_400_000)
    visits = []
    for day, share in ((-1, 0.8), (0, 1.0)):
        for hour, weight in zip(range(8, 15), weights, strict=True):
            # The hour that runs has only begun.
            share_of_hour = share / 3 if (day, hour) == (0, 14) else share
            at = midnight + day * 86_400_000 + hour * 3_600_000 + 300_000
            for place, booth in enumerate(booths):
                count = int(weight * share_of_hour * (len(booths) - place) * 0.9) + place
                start = hour * 131 + place * 53
                visits += [((start + number) % 1839, at, booth) for number in range(count)]
    stage.crowd(stage.kiosks[0], visits)
    k = stage.kiosks
    stage.state(k[0], waiting=0)
    stage.state(k[1], waiting=0)
    stage.state(k[2], ago_s=4 * 3600 + 49 * 60, waiting=23)
    stage.state(k[3], camera_trouble="stalled", waiting=2)
    stage.state(k[4], waiting=3, clock_wrong_ms=6 * 60_000)


def closed_hall(stage: Stage) -> None:
    """Close a busy hall in the evening: two kiosks wiped and put away, one that waits, two to look for."""
    busy_hall(stage)
    stage.close_fair(ago_s=35 * 60)
    k = stage.kiosks
    stage.state(k[0], wiped=True)
    stage.state(k[1], ago_s=1800, online=False, wiped=True)
    stage.state(k[2], waiting=23, oldest_waiting_s=20)
    stage.state(k[3], ago_s=4 * 3600, waiting=412)
    stage.state(k[4], ago_s=1700, online=False, clock_wrong_ms=0)


def texts(names: Iterable[str]) -> dict[str, str]:
    """Give the same strange text in both languages."""
    first = next(iter(names))
    return {"ar": first, "fr": first}
