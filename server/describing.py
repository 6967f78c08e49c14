"""What the ledger keeps of an event, column by column: all of it, but for whose card it was.

Personal text goes into its own column as it came, sealed. Nothing here opens it.
"""

from typing import Final

import msgspec

from server.rules.figures import CAME_IN, Presence
from server.rules.tallies import told
from server.store.ledger import NewFact
from wire.events import (
    CardRef,
    CardRevoked,
    ClockOffset,
    Event,
    Fact,
    Feedback,
    Lost,
    Passage,
    Refusal,
    Registration,
    Reissue,
    SessionAttendance,
    SignUp,
    Unknown,
    Visit,
    Void,
    Withdrawal,
)

PRESENCES: Final = frozenset({Visit.kind, Passage.kind, SessionAttendance.kind})
"""The kinds that may show somebody to be there."""
_OF_CARDS: Final = ("valid_from", "valid_to", "consents", "language", "reason")
_CONSENT: Final = ("partner", "consent", "consent_version", "language", "phone")


def describe(fact: NewFact, event: Event) -> None:
    """Fill in what the event says, but for whose card it was."""
    fact.kind = event.fact.kind
    fact.fair = event.fair
    fact.booth = event.booth
    fact.occurred_at = fact.corrected_at = event.occurred_at
    fact.monotonic_ms = event.monotonic_ms
    fact.boot_id = event.boot_id
    fact.staff_id = event.staff_id
    fact.detail = _detail(event.fact)
    match event.fact:
        case Visit():
            pass
        case SignUp(offer=offer, sealed=sealed):
            fact.about, fact.sealed = offer, sealed or None
        case Withdrawal(offer=offer):
            fact.about = offer
        case SessionAttendance(session=session):
            fact.about = session
        case Passage(direction=direction):
            fact.about = direction
        case Feedback(sealed=sealed):
            # Nothing in particular; where nothing stands, nobody has read the fact.
            fact.about, fact.sealed = "", sealed or None
        case Registration(sealed=sealed):
            fact.sealed = sealed
    card = card_of(event.fact)
    if card is not None:
        fact.category = card.category
        fact.territory = card.territory
        fact.language = card.language


def card_of(fact: Fact) -> CardRef | None:
    """Give the card that a fact names, if it does; of a revoked one nothing but its number is known."""
    if isinstance(fact, Visit):  # first: nearly every fact is one
        return fact.card
    return None if isinstance(fact, Void | Lost | ClockOffset | CardRevoked | Unknown) else fact.card


def presence_of(fact: NewFact) -> Presence | None:
    """Give what a row shows of somebody's being there, if anything."""
    session: str | None = None
    if fact.kind != Visit.kind:
        if fact.kind == SessionAttendance.kind:
            session = fact.about
        elif fact.kind == Passage.kind and fact.about == "in":
            session = CAME_IN
        else:
            return None
    return Presence(
        fact.subject,
        fact.booth or "",
        fact.corrected_at or 0,
        fact.category or 0,
        fact.territory or 0,
        session,
    )


def _detail(fact: Fact) -> str | None:
    """Give what the columns do not hold, without a card's identity: that rests in subject links alone."""
    kept: object
    match fact:
        case Visit():  # first, and without a pattern inside: nearly every fact is one
            kept = {"clock_doubtful": True} if fact.clock_doubtful else None
        case Refusal(code=code):
            kept = {"code": code}
        case Void(target=target, reason=reason):
            kept = {"target": target, "reason": reason}
        case Lost(epoch=epoch, first=first, last=last, reason=reason):
            kept = {"epoch": epoch, "first": first, "last": last, "reason": reason}
        case SignUp():
            kept = {name: getattr(fact, name) for name in _CONSENT}
        case Feedback():
            kept = told(fact)
        case Registration() | Reissue() | CardRevoked():
            # But for numbers of cards, and what is sealed.
            kept = {name: getattr(fact, name) for name in _OF_CARDS if hasattr(fact, name)}
        case SessionAttendance():
            kept = None if fact.invited else {"invited": False}
        case Unknown(raw=raw):
            return raw.decode("utf-8", "replace")
        case _:
            kept = None
    return None if kept is None else msgspec.json.encode(kept).decode()
