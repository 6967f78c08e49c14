"""What an operator has told the server: body, fairs, kiosks, cards, revocations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    Integer,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from server.store import tables as t
from server.store.member_counts import MemberCounts
from wire.pairing import ACCOUNT


@dataclass(frozen=True, slots=True)
class KioskRow:
    """A kiosk as the server knows it. ``state`` is its last retained state, plain JSON."""

    device: str
    name: str
    fair: str
    booth: str
    batch_key: bytes
    card_key: bytes
    card_key_id: int
    password_sha256: str
    mosquitto_hash: str
    flag: str = ""
    state: bytes | None = None
    state_at: int | None = None
    hello_at: int | None = None
    clock_wrong_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PairingRow:
    """A code that was made for a kiosk; ``batch_key`` is that of the kiosk which has used it."""

    number: str
    device: str
    name: str
    fair: str
    booth: str
    code_key: bytes
    made_at: int
    password_sha256: str
    mosquitto_hash: str
    device_sha256: str
    device_mosquitto_hash: str
    batch_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account of the broker: its name, and its password's hashes for either broker."""

    name: str
    sha256: str
    mosquitto_hash: str


@dataclass(frozen=True, slots=True)
class FairRow:
    """A fair as it was loaded; ``definition`` is its encoded description."""

    fair: str
    tour: str
    region: str
    timezone: str
    definition: bytes


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One of the staff; times are ms UTC, ``booth`` may be empty, ``revoked_at`` is None while in force."""

    staff_id: str
    name: str
    fair: str
    booth: str
    pin_verifier: str = field(repr=False)
    card: str
    made_at: int
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card that this server has issued; days are ISO dates."""

    card: str
    category: int
    territory: int
    language: str
    valid_from: str
    valid_to: str
    issued_at: int


# What every push to a page asks for is made once: to make such a statement takes longer than to run it.
_OF_BODY: Final[Any] = bindparam("of_body")
_KIOSKS: Final = (
    select(*(t.kiosk.c[name] for name in KioskRow.__dataclass_fields__))
    .where(t.kiosk.c.body == _OF_BODY)
    .order_by(t.kiosk.c.fair, t.kiosk.c.name)
)
_REVOKED_KIOSKS: Final = select(t.revoked_kiosk.c.device).where(t.revoked_kiosk.c.body == _OF_BODY)
_WORKING: Final = _KIOSKS.where(t.kiosk.c.device.not_in(_REVOKED_KIOSKS))
_CLOSED: Final = select(t.closed_fair.c.fair, t.closed_fair.c.closed_at).where(
    t.closed_fair.c.body == _OF_BODY
)
# The revocations stand under no fair's name.
_VERSIONS: Final = union_all(
    select(t.programme.c.fair, t.programme.c.version).where(t.programme.c.body == _OF_BODY),
    select(literal_column("''"), t.revocation_list.c.version).where(t.revocation_list.c.body == _OF_BODY),
)


class Registry:
    """The registry of one body on one connection; ``body`` may be one that is to be made."""

    def __init__(self, connection: Connection, body: str) -> None:
        self._c = connection
        self._body = body

    @staticmethod
    def bodies(connection: Connection) -> list[str]:
        """Give the ids of every body of this server."""
        return list(connection.execute(select(t.body.c.body).order_by(t.body.c.body)).scalars())

    def put_body(self, names: dict[str, str], public_key: bytes) -> None:
        """Write the body down, or its names anew."""
        values = {"names": msgspec.json.encode(names).decode(), "public_key": public_key}
        self._put(t.body, {}, values)

    def body_names(self) -> dict[str, str]:
        """Give the body's names by language."""
        names = self._c.execute(select(t.body.c.names).where(t.body.c.body == self._body)).scalar_one()
        return msgspec.json.decode(names, type=dict[str, str])

    def put_fair(self, row: FairRow) -> None:
        """Write a fair down, or anew."""
        values = {
            "tour": row.tour,
            "region": row.region,
            "timezone": row.timezone,
            "definition": row.definition,
        }
        self._put(t.fair, {"fair": row.fair}, values)

    def fairs(self) -> list[FairRow]:
        """Give every fair."""
        rows = self._c.execute(select(t.fair).where(t.fair.c.body == self._body).order_by(t.fair.c.fair))
        return [FairRow(row.fair, row.tour, row.region, row.timezone, row.definition) for row in rows]

    def close_fair(self, fair: str, closed_at: int) -> None:
        """Write down that a fair is closed, ms UTC."""
        self._put(t.closed_fair, {"fair": fair}, {"closed_at": closed_at})

    def reopen_fair(self, fair: str) -> bool:
        """Forget that a fair was closed; False where it was not."""
        table = t.closed_fair
        where = (table.c.body == self._body, table.c.fair == fair)
        return self._c.execute(delete(table).where(*where)).rowcount > 0

    def closed_fairs(self) -> dict[str, int]:
        """Give when each closed fair was closed, ms UTC."""
        rows = self._c.execute(_CLOSED, {"of_body": self._body})
        return {fair: closed_at for fair, closed_at in rows}  # noqa: C416 - dict() would take a result for a mapping

    def put_programme(self, fair: str, version: int, message: bytes) -> None:
        """Keep the signed programme in force."""
        self._put(t.programme, {"fair": fair}, {"version": version, "message": message})

    def programmes(self) -> dict[str, tuple[int, bytes]]:
        """Give (version, signed message) by fair."""
        rows = self._c.execute(select(t.programme).where(t.programme.c.body == self._body))
        return {row.fair: (row.version, row.message) for row in rows}

    def put_setup(self, fair: str, version: int, content: bytes) -> None:
        """Keep what a fair's kiosks are sent sealed, here in plain JSON."""
        self._put(t.fair_setup, {"fair": fair}, {"version": version, "content": content})

    def setups(self) -> dict[str, tuple[int, bytes]]:
        """Give (version, content) by fair; a fair that never had any is not there."""
        rows = self._c.execute(select(t.fair_setup).where(t.fair_setup.c.body == self._body))
        return {row.fair: (row.version, row.content) for row in rows}

    def setup_versions(self) -> dict[str, int]:
        """Give the version of each fair's setup: what the server watches."""
        table = t.fair_setup
        rows = self._c.execute(select(table.c.fair, table.c.version).where(table.c.body == self._body))
        return {row.fair: row.version for row in rows}

    def put_logo(self, fair: str, name: str, content: bytes) -> None:
        """Keep the picture that a fair's programme names; an empty ``name`` is none."""
        if name:
            self._put(t.fair_logo, {"fair": fair}, {"name": name, "content": content})
            return
        table = t.fair_logo
        self._c.execute(delete(table).where(table.c.body == self._body, table.c.fair == fair))

    def logo_other_than(self, fair: str, name: str) -> bytes | None:
        """Give a fair's picture; None where there is none, or it has this name."""
        table = t.fair_logo
        where = (table.c.body == self._body, table.c.fair == fair, table.c.name != name)
        return self._c.execute(select(table.c.content).where(*where)).scalar()

    def remove_fair(self, fair: str) -> None:
        """Forget a fair, its programme, its setup and its logo; its facts and kiosks are not looked at."""
        for table in (t.programme, t.fair_setup, t.fair_logo, t.closed_fair, t.fair):
            self._c.execute(delete(table).where(table.c.body == self._body, table.c.fair == fair))

    def put_revocations(self, version: int, message: bytes) -> None:
        """Keep the signed revocations in force."""
        self._put(t.revocation_list, {}, {"version": version, "message": message})

    def revocations(self) -> tuple[int, bytes] | None:
        """Give (version, signed message), or None where none was ever signed."""
        row = self._c.execute(select(t.revocation_list).where(t.revocation_list.c.body == self._body)).first()
        return (row.version, row.message) if row else None

    def versions(self) -> tuple[tuple[str, int], ...]:
        """Give the versions of every programme and of the revocations: what the server watches."""
        rows = self._c.execute(_VERSIONS, {"of_body": self._body})
        found = [(str(fair), int(version)) for fair, version in rows]
        return tuple(sorted(found, key=lambda entry: (not entry[0], entry)))

    def revoke_card(self, card: str, revoked_at: int, reason: str) -> bool:
        """Refuse a card from now on; False where it was refused already."""
        if self.refuses(card):
            return False
        row = {"body": self._body, "card": card, "revoked_at": revoked_at, "reason": reason}
        with MemberCounts(self._c, self._body).following_cards([card]):
            self._c.execute(insert(t.revoked_card), [row])
        return True

    def refuses(self, card: str) -> bool:
        """Say whether a card was refused by itself."""
        gone = t.revoked_card.c
        query = select(gone.card).where(gone.body == self._body, gone.card == card)
        return self._c.execute(query).first() is not None

    def revoked_cards(self) -> list[str]:
        """Give every revoked card's identity."""
        rows = select(t.revoked_card.c.card).where(t.revoked_card.c.body == self._body)
        return list(self._c.execute(rows.order_by(t.revoked_card.c.card)).scalars())

    def refused_since(self, last_day: date) -> list[str]:
        """Give the revoked cards that were good on this day or later, or of which that is not known."""
        gone, card = t.revoked_card.c, t.card.c
        its = and_(card.body == gone.body, card.card == gone.card)
        query = select(gone.card).outerjoin_from(t.revoked_card, t.card, its).where(gone.body == self._body)
        query = query.where(or_(card.valid_to.is_(None), card.valid_to >= last_day.isoformat()))
        return list(self._c.execute(query.order_by(gone.card)).scalars())

    def add_kiosk(self, row: KioskRow) -> None:
        """Write a new kiosk and its card key down."""
        values = {name: getattr(row, name) for name in KioskRow.__dataclass_fields__}
        self._c.execute(insert(t.kiosk), [{"body": self._body, **values}])
        self.add_card_key(row.card_key_id, row.card_key, row.device)

    def all_kiosks(self) -> list[KioskRow]:
        """Give every kiosk, by fair and name, those that were revoked as well."""
        return [KioskRow(*row) for row in self._c.execute(_KIOSKS, {"of_body": self._body})]

    def kiosks(self) -> list[KioskRow]:
        """Give the kiosks that work, by fair and name."""
        return [KioskRow(*row) for row in self._c.execute(_WORKING, {"of_body": self._body})]

    def revoke_kiosk(self, device: str, revoked_at: int, reason: str) -> None:
        """Let a kiosk work no more."""
        row = {"body": self._body, "device": device, "revoked_at": revoked_at, "reason": reason}
        self._c.execute(insert(t.revoked_kiosk), [row])

    def revoked_kiosks(self) -> set[str]:
        """Name the kiosks that were revoked."""
        return set(self._c.execute(_REVOKED_KIOSKS, {"of_body": self._body}).scalars())

    def revoked_since(self) -> dict[str, tuple[int, str]]:
        """Give, by kiosks that were revoked, since when (ms UTC) and why."""
        rows = self._c.execute(select(t.revoked_kiosk).where(t.revoked_kiosk.c.body == self._body))
        return {row.device: (row.revoked_at, row.reason) for row in rows}

    def revoked_keys(self) -> dict[int, list[str]]:
        """Give, by card keys of revoked kiosks, the ids of the cards that are known from each."""
        devices = select(t.revoked_kiosk.c.device).where(t.revoked_kiosk.c.body == self._body)
        keys = select(t.kiosk.c.card_key_id).where(
            t.kiosk.c.body == self._body, t.kiosk.c.device.in_(devices)
        )
        found: dict[int, list[str]] = {}
        for key_id in sorted(self._c.execute(keys).scalars()):
            cards = select(t.card.c.card).where(
                t.card.c.body == self._body, t.card.c.card.startswith(f"{key_id:04x}-")
            )
            found[key_id] = sorted(card.partition("-")[2] for card in self._c.execute(cards).scalars())
        return found

    def accounts(self) -> list[AccountRow]:
        """Give every account that a broker must know but for the server's own: kiosks and pairing codes."""
        found = [AccountRow(row.device, row.password_sha256, row.mosquitto_hash) for row in self.kiosks()]
        for row in self.pairings():
            found.append(AccountRow(ACCOUNT + row.number, row.password_sha256, row.mosquitto_hash))
            if row.batch_key is None:
                found.append(AccountRow(row.device, row.device_sha256, row.device_mosquitto_hash))
        return found

    def accounts_of_all(self) -> dict[str, list[AccountRow]]:
        """Give the accounts of every body, this one's and the others'."""
        return {body: Registry(self._c, body).accounts() for body in self.bodies(self._c)}

    def add_pairing(self, row: PairingRow) -> None:
        """Write a new code down."""
        values = {name: getattr(row, name) for name in PairingRow.__dataclass_fields__}
        self._c.execute(insert(t.pairing), [{"body": self._body, **values}])

    def pairings(self) -> list[PairingRow]:
        """Give every code that is kept, the oldest first."""
        columns = [t.pairing.c[name] for name in PairingRow.__dataclass_fields__]
        rows = select(*columns).where(t.pairing.c.body == self._body)
        return [PairingRow(*row) for row in self._c.execute(rows.order_by(t.pairing.c.made_at))]

    def use_pairing(self, number: str, batch_key: bytes) -> None:
        """Write down which kiosk has used a code."""
        where = (t.pairing.c.body == self._body, t.pairing.c.number == number)
        self._c.execute(update(t.pairing).where(*where).values(batch_key=batch_key))

    def drop_pairing(self, number: str) -> None:
        """Forget a code, and its account."""
        where = (t.pairing.c.body == self._body, t.pairing.c.number == number)
        self._c.execute(delete(t.pairing).where(*where))

    def note_states(self, states: dict[str, tuple[bytes, int]]) -> None:
        """Keep the last (state, ms UTC) that devices published; strangers are left out."""
        for device, (state, at) in states.items():
            self._on_kiosk(device, state=state, state_at=at)

    def note_hello(self, device: str, at: int) -> None:
        """Keep when a kiosk last said hello, ms UTC."""
        self._on_kiosk(device, hello_at=at)

    def add_card_key(self, key_id: int, key: bytes, holder: str) -> None:
        """Write down a public key that may sign cards."""
        self._c.execute(
            insert(t.card_key), [{"body": self._body, "id": key_id, "key": key, "holder": holder}]
        )

    def card_keys(self) -> list[tuple[int, bytes]]:
        """Give (id, public key) of every card key."""
        rows = select(t.card_key.c.id, t.card_key.c.key).where(t.card_key.c.body == self._body)
        return [(row.id, row.key) for row in self._c.execute(rows.order_by(t.card_key.c.id))]

    def next_card_key_id(self) -> int:
        """Give an id that no card key of this body has ever had."""
        most = select(func.max(t.card_key.c.id)).where(t.card_key.c.body == self._body)
        return int(self._c.execute(most).scalar() or 0) + 1

    def add_staff(self, row: StaffRow) -> None:
        """Write one of the staff down."""
        values = {name: getattr(row, name) for name in StaffRow.__dataclass_fields__}
        self._c.execute(insert(t.staff), [{"body": self._body, **values}])

    def staff(self) -> list[StaffRow]:
        """Give all staff, those who were revoked as well, by id."""
        columns = [t.staff.c[name] for name in StaffRow.__dataclass_fields__]
        rows = select(*columns).where(t.staff.c.body == self._body)
        return [StaffRow(*row) for row in self._c.execute(rows.order_by(cast(t.staff.c.staff_id, Integer)))]

    def revoke_staff(self, staff_id: str, revoked_at: int) -> None:
        """Write down since when one of the staff is none any more, ms UTC."""
        where = (t.staff.c.body == self._body, t.staff.c.staff_id == staff_id)
        self._c.execute(update(t.staff).where(*where).values(revoked_at=revoked_at))

    def highest_staff_id(self) -> int:
        """Give the highest id that any of the staff ever had, 0 where there was none."""
        most = select(func.max(cast(t.staff.c.staff_id, Integer))).where(t.staff.c.body == self._body)
        return int(self._c.execute(most).scalar() or 0)

    def add_cards(self, cards: Sequence[CardRow]) -> None:
        """Write issued cards down."""
        names = CardRow.__dataclass_fields__
        rows = [{"body": self._body, **{name: getattr(card, name) for name in names}} for card in cards]
        if rows:
            self._c.execute(insert(t.card), rows)

    def knows_card(self, card: str) -> bool:
        """Whether this server has issued that card."""
        there = select(t.card.c.card).where(t.card.c.body == self._body, t.card.c.card == card)
        return self._c.execute(there).first() is not None

    def cards(self) -> Iterator[CardRow]:
        """Give every card that this server has issued."""
        columns = [t.card.c[name] for name in CardRow.__dataclass_fields__]
        for row in self._c.execute(select(*columns).where(t.card.c.body == self._body)):
            yield CardRow(*row)

    def _on_kiosk(self, device: str, **values: Any) -> None:
        where = (t.kiosk.c.body == self._body, t.kiosk.c.device == device)
        self._c.execute(update(t.kiosk).where(*where).values(**values))

    def _put(self, table: Any, keys: dict[str, Any], values: dict[str, Any]) -> None:
        keys = {"body": self._body, **keys}
        where = [table.c[name] == value for name, value in keys.items()]
        if self._c.execute(update(table).where(*where).values(**values)).rowcount == 0:
            self._c.execute(insert(table), [{**keys, **values}])
