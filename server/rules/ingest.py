"""What becomes of each event of a batch. No verdict drops anything."""

from enum import StrEnum
from typing import NamedTuple

from wire.events import Event, Lost


class Verdict(StrEnum):
    """What the ledger does with an event at its place (device, epoch, seq)."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """The same event stands at this place: nothing to write."""
    COPY = "copy"
    """The same event stands at another place: the place is filled, nothing counts twice."""
    REJECTED = "rejected"
    """It cannot be understood: kept with its reason, and the mark moves on."""
    CLASH = "clash"
    """Another event stands at this place: quarantined, the device is flagged."""
    STOLEN_ID = "stolen_id"
    """Another event has this id: the place is filled, the event quarantined, the device flagged."""


class Incoming(NamedTuple):
    """An event as it came: ``event`` is None where it could not be read, ``problem`` says why.

    ``digest`` is a keyed hash of its bytes; equal digests mean equal bytes.
    """

    seq: int
    raw: bytes
    digest: bytes
    event: Event | None
    problem: str = ""


def classify(incoming: Incoming, *, digest_here: bytes | None, digest_of_id: bytes | None) -> Verdict:
    """Judge one event.

    ``digest_here`` is what the ledger holds at the same place, ``digest_of_id`` what it
    has accepted under the same event id; None where there is nothing.
    """
    if digest_here is not None:
        if digest_here == incoming.digest or _says_lost(incoming):
            return Verdict.DUPLICATE
        return Verdict.CLASH
    if incoming.event is None:
        return Verdict.REJECTED
    if digest_of_id is None:
        return Verdict.ACCEPTED
    return Verdict.COPY if digest_of_id == incoming.digest else Verdict.STOLEN_ID


def _says_lost(incoming: Incoming) -> bool:
    # A kiosk whose disk went bad declares lost what the server has long had: all the better.
    return incoming.event is not None and isinstance(incoming.event.fact, Lost)


def contiguous(upto: int, stored: list[int]) -> int:
    """Advance a mark over the seqs that are stored beyond it (ascending)."""
    for seq in stored:
        if seq > upto + 1:
            break
        upto = max(upto, seq)
    return upto
