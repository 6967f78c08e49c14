"""Lists kept on paper, taken in: each row judged first, then all visits in one transaction of the ledger."""

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from server.intake import Intake
from server.members.membership import Membership
from server.rules.fair import FairDefinition
from server.rules.members.identifiers import employee_number
from server.rules.members.member import MEMBER_ID
from server.rules.members.rows import ListRow, Problem
from server.rules.members.texts import Unfit
from server.rules.paper_visits import Noted, PaperColumns, PaperReader, PaperRow, paper_device, paper_visit
from server.rules.reader import shown
from server.store.engine import Store
from server.store.ledger import Ledger
from server.store.members import Members
from server.store.registry import Registry
from server.store.served import Served
from wire.card import CardIdentity
from wire.envelope import Batch, BatchHead
from wire.events import EPOCH_LIMIT, MAX_BATCH, CardRef, Event, encode_event

_AT_ONCE: Final = 2000
_CARD: Final = re.compile(r"[0-9a-f]{4}-[0-9a-f]{14}", re.ASCII)
Refuse = Callable[[PaperRow], None]
OnRows = Callable[[int], None]


@dataclass(slots=True)
class PaperCounts:
    """What became of a list's rows; ``same`` are there already.

    ``outside`` counts rows by their local day where that is none of the fair's.
    """

    new: int = 0
    same: int = 0
    refused: int = 0
    outside: dict[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """Who is meant by the numbers of some rows: (card, and what tells the person) by number as written."""

    found: dict[str, tuple[CardRef, str]]
    why_not: dict[str, tuple[str, str]]


class PaperImport:
    """One list on its way in. ``digest_key`` is that of the ledger's hashes."""

    def __init__(
        self,
        store: Store,
        membership: Membership,
        definition: FairDefinition,
        columns: PaperColumns,
        *,
        digest_key: bytes,
    ) -> None:
        self._store = store
        self._membership = membership
        self._fair = definition.fair.id
        self._columns = columns
        self._reader = PaperReader(columns, definition, now=membership.now())
        self._digest_key = digest_key
        self._events: dict[str, Event] = {}
        self.counts = PaperCounts()

    def prepare(self, rows: Iterable[ListRow], refuse: Refuse, on_rows: OnRows) -> PaperCounts:
        """Judge every row; changes nothing."""
        step: list[PaperRow] = []
        for row in rows:
            step.append(self._reader.read(row))
            if len(step) == _AT_ONCE:
                self._judge(step, refuse)
                on_rows(len(step))
                step = []
        self._judge(step, refuse)
        on_rows(len(step))
        return self.counts

    def commit(self, file: str) -> None:
        """Write what is new into the ledger, all or nothing; the audit log says so before."""
        with self._membership.acting() as connection:
            self._membership.note(
                connection, "visits import", count=len(self._events), file=file, fair=self._fair
            )
        raw = [encode_event(event) for event in self._events.values()]
        body = self._membership.body
        device, epoch = paper_device(body), secrets.randbelow(EPOCH_LIMIT - 1) + 1
        batches = [
            Batch(BatchHead(device, epoch, at + 1, len(part)), part)
            for at in range(0, len(raw), MAX_BATCH)
            if (part := tuple(raw[at : at + MAX_BATCH]))
        ]
        intake = Intake(self._store, body, digest_key=self._digest_key, apart=True)
        intake.take(batches, self._membership.now())

    def _judge(self, rows: Sequence[PaperRow], refuse: Refuse) -> None:
        known = self._who({row.noted.who for row in rows if row.noted})
        made: list[tuple[PaperRow, Event]] = []
        for row in rows:
            if row.noted is not None and row.noted.who in known.why_not:
                what, instead = known.why_not[row.noted.who]
                row.problems.append(Problem(self._name_of("who"), what, instead))
            if row.problems or row.noted is None:
                self.counts.refused += 1
                refuse(row)
            else:
                made.append((row, self._event(row.noted, known)))
        with self._store.reading() as connection:
            there = Ledger(connection, self._membership.body).digests_of(
                {event.event_id for _, event in made}
            )
        for row, event in made:
            if event.event_id in there or event.event_id in self._events:
                self.counts.same += 1
                continue
            self._events[event.event_id] = event
            self.counts.new += 1
            if row.outside is not None:
                self.counts.outside[row.outside] = self.counts.outside.get(row.outside, 0) + 1

    def _event(self, noted: Noted, known: _Known) -> Event:
        card, person = known.found[noted.who]
        return paper_visit(self._membership.body, self._fair, noted, card, person)

    def _name_of(self, name: str) -> str:
        return next(
            (self._columns.names[at] for at, found in self._columns.fields.items() if found == name), name
        )

    # -- who is meant ------------------------------------------------------------------------

    def _who(self, numbers: set[str]) -> _Known:
        """Look up numbers as they are written: of cards, of members, of employees."""
        known = _Known({}, {})
        read = {number: _as_read(number) for number in numbers}
        with self._store.reading() as connection:
            members, registry = (
                Members(connection, self._membership.body),
                Registry(connection, self._membership.body),
            )
            served = Served(connection, self._membership.body)
            by_id = members.get({each for each in read.values() if MEMBER_ID.fullmatch(each)})
            by_number = members.by_number(set(read.values()))
            cards = {each for each in read.values() if _CARD.fullmatch(each)}
            holders = members.holders(cards)
            by_id |= members.get(set(holders.values()))
            revoked = set(registry.revoked_cards())
            of_members = members.cards_of({each.member for each in (*by_id.values(), *by_number.values())})
            issued = served.issued(cards | {card for listed in of_members.values() for card in listed})
            for number, each in read.items():
                member = by_id.get(holders.get(each, each)) or by_number.get(each)
                mine = of_members.get(member.member, []) if member else []
                in_force = [card for card in mine if card not in revoked] or mine
                card = each if each in cards else (in_force[0] if in_force else "")
                if member is not None and card:
                    category, territory = member.category, self._membership.code_of(member.territory)
                    ref = _ref(card, category, territory, member.language)
                    known.found[number] = (ref, member.member)
                elif card in issued:
                    row = issued[card]
                    known.found[number] = (_ref(card, row.category, row.territory, row.language), card)
                else:
                    known.why_not[number] = _why_not(number, each, is_member=member is not None)
        return known


def _as_read(number: str) -> str:
    text = "".join(number.split()).lower()
    if _CARD.fullmatch(text) or MEMBER_ID.fullmatch(text):
        return text
    try:
        return employee_number("")(number)
    except Unfit:
        return number


def _ref(card: str, category: int, territory: int, language: str) -> CardRef:
    identity = CardIdentity.parse(card)
    return CardRef(
        key_id=identity.key_id,
        card_id=f"{identity.card_id:014x}",
        category=category,
        territory=territory,
        language=language,
    )


def _why_not(number: str, read: str, *, is_member: bool) -> tuple[str, str]:
    if is_member:
        return f"the member {shown(number)} has no card", "give one: riwaq-server cards issue --member"
    if _CARD.fullmatch(read):
        return (
            f"{shown(number)} is no card that this server knows",
            "correct it, or wait for its registration",
        )
    return f"no member has the number {shown(number)}", "correct it, or import the member first"
