"""What an operator does, apart from how it is typed: fairs, kiosks, cards, revocations.

Every act is one transaction on the registry and, where kiosks must know, a newly signed
programme or revocation list. A running server sees the new version and publishes it.
"""

import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
from nacl.signing import SigningKey

from server import ServerError
from server.card_order import SERVER_CARD_KEY, CardOrder, drawn_card, row_of
from server.counting import count_changed, halls_of
from server.loading import Loading
from server.members.invited import Invited, with_cards
from server.mqtt.access import new_password, password_sha256
from server.mqtt.mosquitto import mosquitto_hash
from server.rights.put_off import lift
from server.rules.fair import FairDefinition
from server.rules.members.member import Member
from server.rules.tour import TourDefinition
from server.rules.tour.difference import Change
from server.settings import BodyKeys, Home
from server.setups import IDENTITY_KEY
from server.signing import Signing, next_version
from server.store.accounts import AccountRows
from server.store.audit_log import Transaction
from server.store.engine import Store
from server.store.erased import Erased
from server.store.ledger import Ledger
from server.store.parts import Parts
from server.store.registry import AccountRow, CardRow, FairRow, KioskRow, Registry
from wire.card import DAY_ZERO, LAST_DAY, Card, CardIdentity, Refused, body_tag, pack, sign, verify
from wire.programme import (
    Programme,
    RevocationIndex,
    open_revocations,
)
from wire.setup import Setup, pack_setup
from wire.topics import SLUG

_CARDS_A_STEP: Final = 500
_NO_TOUR: Final = "no tour is loaded yet: start with  riwaq-server tour load FILE"


class OfficeError(ServerError):
    """What was asked cannot be done; the message says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class NewKiosk:
    """A kiosk that was added: everything its kiosk.toml needs. Secret."""

    row: KioskRow
    body: str
    body_key: bytes
    region: str
    password: str
    batch_seed: bytes
    card_seed: bytes


@dataclass(frozen=True, slots=True)
class LoadedTour:
    """What loading a tour has changed, and the programmes in force by fair; none after a dry run.

    ``over`` are its fairs that lie so far back that nobody is told any more who was there.
    """

    changes: list[Change]
    programmes: dict[str, Programme]
    over: list[str]


class AccountsKeeper(Protocol):
    """Whoever tells the broker who may speak."""

    def __call__(self, bodies: Mapping[str, Sequence[AccountRow]]) -> None:
        """Let these accounts in, by body, and no other; raises :class:`ServerError`."""


def now_ms() -> int:
    """Give the server's clock, ms UTC."""
    return time.time_ns() // 1_000_000


class Office:
    """The operator's acts for one body of a server.

    Without its name it is the only one. Raises :class:`OfficeError` for one that is not there.
    """

    def __init__(
        self,
        home: Home,
        store: Store,
        *,
        keep_accounts: AccountsKeeper,
        body: str = "",
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._home = home
        self._store = store
        self._keep_accounts = keep_accounts
        self._clock = clock
        with store.reading() as connection:
            self.bodies = Registry.bodies(connection)
        if body and body not in self.bodies:
            there = f"choose one of {', '.join(self.bodies)}" if self.bodies else "none was added yet"
            raise OfficeError(f"there is no body {body!r} on this server: {there}")
        self._body = body or (self.bodies[0] if len(self.bodies) == 1 else "")

    @property
    def body(self) -> str:
        """The body; empty until one was added, or a tour loaded.

        Raises :class:`OfficeError` where there are several and none is named.
        """
        if not self._body and self.bodies:
            names = ", ".join(self.bodies)
            raise OfficeError(f"this server serves several bodies: choose with --body one of {names}")
        return self._body

    # -- fairs -------------------------------------------------------------------------------

    def load_tour(self, tour: TourDefinition, *, dry_run: bool = False) -> LoadedTour:
        """Take a checked description and sign the programmes of its fairs; all of it or nothing.

        Fairs that are loaded and not described stay as they are. Raises :class:`OfficeError` with
        everything that would falsify what was recorded. A dry run changes nothing.
        """
        body = tour.body.id
        if (self._body and body != self._body) or (self.bodies and body not in self.bodies):
            raise OfficeError(
                f"the file describes the body {body!r}, and this server serves {', '.join(self.bodies)}: "
                f"correct the file's body.id, or add that body first with  riwaq-server body add {body}"
            )
        with self._store.reading() as connection:
            loading = self._loading(connection, tour)
        if dry_run:
            return LoadedTour(loading.changes, {}, loading.over)
        self._make_keys(body)
        with self._store.writing() as connection:
            registry = Registry(connection, body)
            # Again, now that nobody else writes: a kiosk or a fact may have come in between, or an erasure.
            loading = self._loading(connection, tour)
            lift(connection, body, loading.times)
            self._put_body(connection, tour.body.names)
            halls = halls_of(Ledger(connection, body))
            for definition in tour.fairs:
                registry.put_fair(
                    FairRow(
                        fair=definition.fair.id,
                        tour=definition.fair.tour,
                        region=definition.region,
                        timezone=definition.fair.timezone,
                        definition=msgspec.json.encode(definition),
                    )
                )
                registry.put_logo(definition.fair.id, definition.theme.logo, tour.logo)
            count_changed(Parts(connection, body), halls)
            self._put_setups(connection, registry, loading)
            if registry.revocations() is None:
                self._signing.revocations(registry)
            programmes = self._signing.programmes(registry)
            self.let_in(registry)
        return LoadedTour(loading.changes, programmes, loading.over)

    def add_body(self, body: str, names: Mapping[str, str]) -> bytes:
        """Add a body with keys of its own and give the public one; raises :class:`OfficeError`."""
        if not SLUG.fullmatch(body):
            raise OfficeError(f"{body!r} cannot be a body's id: use 1 to 48 of a-z, 0-9 and dashes inside")
        if body in self.bodies:
            raise OfficeError(f"the body {body!r} is there already")
        self._make_keys(body)
        with self._store.writing() as connection:
            self._put_body(connection, names)
        self.bodies = [*self.bodies, body]
        return self.body_public_key

    def names_of_bodies(self) -> dict[str, dict[str, str]]:
        """Give every body's names by language."""
        with self._store.reading() as connection:
            return {body: Registry(connection, body).body_names() for body in self.bodies}

    def _make_keys(self, body: str) -> None:
        """Work for this body from now on, with keys that are made where there are none."""
        if body not in self._home.secrets.bodies:
            card_keys = {str(SERVER_CARD_KEY): secrets.token_hex(32)}
            self._home.secrets.bodies[body] = BodyKeys(signing=secrets.token_hex(32), card_keys=card_keys)
            self._home.save_secrets()
        self._body = body

    def _put_body(self, connection: Transaction, names: Mapping[str, str]) -> None:
        if not Registry.bodies(connection):
            AccountRows(connection).adopt(self.body)
        registry = Registry(connection, self.body)
        registry.put_body(dict(names), self.body_public_key)
        if not registry.card_keys():
            key = self._home.secrets.card_key(self.body, SERVER_CARD_KEY)
            registry.add_card_key(SERVER_CARD_KEY, bytes(key.verify_key), "server")

    def remove_fair(self, fair: str) -> None:
        """Forget a fair without facts, kiosks and staff; raises :class:`OfficeError`."""
        self._need_body()
        with self._store.writing() as connection:
            registry = Registry(connection, self.body)
            definition = self._definition(registry, fair, "one of")
            kiosks = [row.name for row in registry.kiosks() if row.fair == definition.fair.id]
            if Ledger(connection, self.body).counts_anything(fair):
                raise OfficeError(f"visits of {fair} are recorded: a fair with facts cannot be removed")
            if kiosks:
                raise OfficeError(f"{fair} has kiosks ({', '.join(kiosks)}): it cannot be removed")
            staff = [row.staff_id for row in registry.staff() if row.fair == fair and row.revoked_at is None]
            if staff:
                raise OfficeError(f"{fair} has staff ({', '.join(staff)}): revoke them first")
            registry.remove_fair(fair)
            erased = Erased(connection, self.body)
            erased.lift([each for each in erased.unlinked() if each[0] == fair])

    @property
    def _invitees_key(self) -> bytes:
        return bytes.fromhex(self._home.secrets.digest_key)

    def _loading(self, connection: Transaction, tour: TourDefinition) -> Loading:
        loading = Loading.of(connection, tour, self._invitees_key, self._clock())
        if loading.refusals:
            lines = "\n".join(f"  - {words}" for words in loading.refusals)
            raise OfficeError(f"nothing was loaded:\n{lines}")
        return loading

    def _put_setups(self, connection: Transaction, registry: Registry, loading: Loading) -> None:
        """Keep what kiosks are sent sealed, under a new version where it has changed."""
        tour = loading.tour
        for definition in tour.fairs:
            fair = definition.fair.id
            listed = {who for session in tour.invitees.get(fair, {}).values() for who in session}
            cards = Invited(connection, self.body, self._invitees_key).cards_of_listed(listed)
            invitees = loading.invited.get(fair, {})
            said = {
                "invitees": invitees,
                "known_cards": with_cards(Setup(version=1, fair=fair, invitees=invitees), cards),
                "identity_key": IDENTITY_KEY if definition.asks_national_ids else b"",
            }
            kept = self.setup(registry, fair)
            if any(getattr(kept, name) != value for name, value in said.items()):
                self.change_setup(registry, fair, **said)

    def setup(self, registry: Registry, fair: str) -> Setup:
        """Give what a fair's kiosks are sent sealed; one with nothing in it where there is none yet."""
        _, content = registry.setups().get(fair, (0, b""))
        return msgspec.json.decode(content, type=Setup) if content else Setup(version=1, fair=fair)

    def change_setup(self, registry: Registry, fair: str, **changes: Any) -> None:
        """Keep a fair's setup with these fields changed, under a new version, in the caller's transaction.

        Raises ``EnvelopeError`` for one that no kiosk could be sent, here, where somebody can mend it:
        cards that are known besides never make it one, see ``server.setups``.
        """
        old = self.setup(registry, fair)
        new = msgspec.structs.replace(old, version=next_version(old.version, self._clock()), **changes)
        pack_setup(msgspec.structs.replace(new, known_cards={}))
        registry.put_setup(fair, new.version, msgspec.json.encode(new))

    def know_cards(
        self, connection: Transaction, members: Collection[Member], former: Collection[str] = ()
    ) -> None:
        """Let the sessions that invite these members know their cards, within the caller's transaction.

        To be called when a card is linked or a number changes; ``former`` are numbers and cards that were
        theirs. Running kiosks are told by the server that runs.
        """
        registry = Registry(connection, self.body)
        setups = [msgspec.json.decode(content, type=Setup) for _, content in registry.setups().values()]
        inviting = [setup for setup in setups if setup.invitees]
        if not inviting:
            return
        cards = Invited(connection, self.body, self._invitees_key).cards_of(members, former)
        for setup in inviting:
            known = with_cards(setup, cards)
            if known != setup.known_cards:
                self.change_setup(registry, setup.fair, known_cards=known)

    @contextmanager
    def acting(self) -> Iterator[Registry]:
        """Give the registry in a transaction, for acts that stand elsewhere.

        Raises :class:`OfficeError` where no tour is loaded yet.
        """
        self._need_body()
        with self._store.writing() as connection:
            yield Registry(connection, self.body)

    def sign_anew(self, registry: Registry) -> dict[str, Programme]:
        """Sign what has changed, within the caller's transaction; gives the programmes in force by fair."""
        self._need_body()
        return self._signing.programmes(registry)

    @property
    def body_public_key(self) -> bytes:
        """The key that kiosks pin."""
        self._need_body()
        return bytes(self._home.secrets.body_key(self.body).verify_key)

    def fairs(self) -> list[str]:
        """Give the ids of every fair."""
        with self._store.reading() as connection:
            return [row.fair for row in Registry(connection, self.body).fairs()]

    # -- kiosks ------------------------------------------------------------------------------

    def add_kiosk(self, name: str, booth: str, fair: str) -> NewKiosk:
        """Make a kiosk's keys and account; every programme then names its keys."""
        self._need_body()
        batch_key, card_key = SigningKey.generate(), SigningKey.generate()
        password = new_password()
        with self._store.writing() as connection:
            registry = Registry(connection, self.body)
            definition = self.place(registry, booth, fair)
            self.check_new_kiosk(registry, name, definition.fair.id)
            row = KioskRow(
                device=secrets.token_hex(8),
                name=name,
                fair=definition.fair.id,
                booth=booth,
                batch_key=bytes(batch_key.verify_key),
                card_key=bytes(card_key.verify_key),
                card_key_id=registry.next_card_key_id(),
                password_sha256=password_sha256(password),
                mosquitto_hash=mosquitto_hash(password),
            )
            registry.add_kiosk(row)
            self._signing.programmes(registry)
            self.let_in(registry)
        return NewKiosk(
            row=row,
            body=self.body,
            body_key=self.body_public_key,
            region=definition.region,
            password=password,
            batch_seed=bytes(batch_key),
            card_seed=bytes(card_key),
        )

    def place(self, registry: Registry, booth: str | None, fair: str) -> FairDefinition:
        """Give the fair that has this booth; ``fair`` may be empty where there is one alone.

        Without a booth (None) the fair alone is looked at. Raises :class:`OfficeError` with the
        fairs or booths that there are.
        """
        definition = self._definition(registry, fair)
        booths = [entry.id for entry in definition.booths]
        if booth is not None and booth not in booths:
            raise OfficeError(
                f"{definition.fair.id} has no booth {booth!r}: choose one of {', '.join(booths)}"
            )
        return definition

    def check_new_kiosk(self, registry: Registry, name: str, fair: str) -> None:
        """Raise :class:`OfficeError` where a kiosk of that name can no longer be added to a fair."""
        self.check_open(registry, fair)
        if any(row.name == name and row.fair == fair for row in registry.kiosks()):
            raise OfficeError(f"{fair} has a kiosk named {name!r} already: choose another name")

    def check_open(self, registry: Registry, fair: str) -> None:
        """Raise :class:`OfficeError` where a fair is closed."""
        if fair in registry.closed_fairs():
            raise OfficeError(f"{fair} is closed: open it again first with  riwaq-server fair reopen {fair}")

    def revoked_kiosks(self) -> list[KioskRow]:
        """Give the kiosks that were revoked."""
        with self._store.reading() as connection:
            registry = Registry(connection, self.body)
            revoked = registry.revoked_kiosks()
            return [row for row in registry.all_kiosks() if row.device in revoked]

    def kiosks(self) -> list[KioskRow]:
        """Give every kiosk that works."""
        with self._store.reading() as connection:
            return Registry(connection, self.body).kiosks()

    def revoke_kiosk(self, kiosk: str, reason: str) -> KioskRow:
        """Let a kiosk, by its id or name, be heard no more, and refuse every card of its key not known here.

        Raises :class:`OfficeError` where there is none, or where several have that name.
        """
        with self.acting() as registry:
            found = [row for row in registry.kiosks() if kiosk in {row.device, row.name}]
            if len(found) != 1:
                wrong = f"several kiosks are named {kiosk!r}" if found else f"there is no kiosk {kiosk!r}"
                raise OfficeError(f"{wrong}: riwaq-server kiosk list  gives the ids of kiosks")
            [row] = found
            registry.revoke_kiosk(row.device, self._clock(), reason)
            self._signing.revocations(registry)
            self._signing.programmes(registry)
            self.let_in(registry)
        return row

    def write_accounts(self) -> None:
        """Tell the broker anew who may use it."""
        with self._store.reading() as connection:
            self._keep_accounts(Registry(connection, "").accounts_of_all())

    def let_in(self, registry: Registry) -> None:
        """Tell the broker who may use it, within the transaction that has changed it.

        There, so that of two kiosks added at once neither writes the other's account away.
        """
        self._keep_accounts(registry.accounts_of_all())

    def accounts(self) -> dict[str, list[AccountRow]]:
        """Give every account of the broker but for the server's own, by body."""
        with self._store.reading() as connection:
            return Registry(connection, "").accounts_of_all()

    # -- cards -------------------------------------------------------------------------------

    def issue_cards(self, order: CardOrder) -> Iterator[tuple[CardRow, str]]:
        """Issue cards and give each with its token, once it is written down.

        What cannot be issued is refused at the call, before the first card is made.
        """
        self._need_body()
        self._check_order(order)
        return self._issued(order)

    def _issued(self, order: CardOrder) -> Iterator[tuple[CardRow, str]]:
        for start in range(0, order.count, _CARDS_A_STEP):
            with self._store.writing() as connection:
                cards = self._make_cards(
                    Registry(connection, self.body), order, min(_CARDS_A_STEP, order.count - start)
                )
            yield from cards

    def issue_card(self, registry: Registry, order: CardOrder) -> tuple[CardRow, str]:
        """Issue one card within the caller's transaction; gives it with its token."""
        self._check_order(order)
        [card] = self._make_cards(registry, order, 1)
        return card

    def _check_order(self, order: CardOrder) -> None:
        for day in (order.valid_from, order.valid_to):
            if not DAY_ZERO <= day <= LAST_DAY:
                raise OfficeError(
                    f"a card can hold days from {DAY_ZERO} to {LAST_DAY}, and {day} is none: choose another"
                )
        pack(drawn_card(order, body_tag(self.body_public_key)))

    def _make_cards(self, registry: Registry, order: CardOrder, count: int) -> list[tuple[CardRow, str]]:
        return self.make_cards(registry, [order] * count)

    def make_cards(self, registry: Registry, orders: Sequence[CardOrder]) -> list[tuple[CardRow, str]]:
        """Issue a card for each order, whatever its count, within the caller's transaction.

        Raises ``CardError`` for one that no card can hold.
        """
        key, tag = self._home.secrets.card_key(self.body, SERVER_CARD_KEY), body_tag(self.body_public_key)
        cards = [drawn_card(order, tag) for order in orders]
        made = [(row_of(card, self._clock()), sign(card, key)) for card in cards]
        registry.add_cards([row for row, _ in made])
        return made

    def verify_card(self, token: str) -> tuple[Card | Refused, bool]:
        """Judge a token by every key of the body; and say whether the card is revoked."""
        self._need_body()
        with self._store.reading() as connection:
            registry = Registry(connection, self.body)
            keys = dict(registry.card_keys())
            kept = registry.revocations()
            card = verify(token, body_tag(self.body_public_key), keys)
            if isinstance(card, Refused):
                return card, False
            # Kiosks are not told any more of what was over long ago.
            is_refused = registry.refuses(str(card.identity))
        revocations = open_revocations(kept[1], self.body_public_key) if kept else None
        return card, is_refused or card.identity in RevocationIndex(revocations)

    def revoke_card(self, card: CardIdentity, reason: str) -> tuple[bool, bool]:
        """Refuse a card from now on.

        Gives (newly revoked, issued by this server): a card that another key signed is
        refused as well, the operator is only told that this server did not issue it.
        """
        with self.acting() as registry:
            if card.key_id not in dict(registry.card_keys()):
                raise OfficeError(f"no card key {card.key_id:04x} was ever made: check the number {card}")
            return self.refuse_card(registry, card, reason), registry.knows_card(str(card))

    def refuse_card(self, registry: Registry, card: CardIdentity, reason: str) -> bool:
        """Refuse a card from now on, within the caller's transaction; False where it was refused already."""
        return self.refuse_cards(registry, [card], reason) > 0

    def refuse_cards(self, registry: Registry, cards: Iterable[CardIdentity], reason: str) -> int:
        """Refuse cards from now on, within the caller's transaction; says how many are refused newly."""
        now = self._clock()
        fresh = sum(registry.revoke_card(str(card), now, reason) for card in cards)
        if fresh:
            self._signing.revocations(registry)
        return fresh

    # -- inside ------------------------------------------------------------------------------

    @property
    def _signing(self) -> Signing:
        return Signing(self._home.secrets, self.body, clock=self._clock)

    def _definition(self, registry: Registry, fair: str, by: str = "with --fair one of") -> FairDefinition:
        rows = {row.fair: row for row in registry.fairs()}
        if not rows:
            raise OfficeError(_NO_TOUR)
        if not fair and len(rows) == 1:
            fair = next(iter(rows))
        if fair not in rows:
            names = ", ".join(rows)
            wrong = f"there is no fair {fair!r}" if fair else "there are several fairs"
            raise OfficeError(f"{wrong}: choose {by} {names}")
        return msgspec.json.decode(rows[fair].definition, type=FairDefinition)

    def _need_body(self) -> None:
        if not self.body:
            raise OfficeError(_NO_TOUR)
        if self.body not in self._home.secrets.bodies:
            raise OfficeError(
                f"secrets.json holds no keys of the body {self.body!r}: put back the copy from your backup"
            )
