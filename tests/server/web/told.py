"""Kiosks of a stage tell of anything: feedback, sign-ups, registrations; their clocks are measured."""

from collections.abc import Sequence
from typing import Any, Final

import uuid_utils
from nacl.signing import SigningKey

from server.intake import Taken
from server.office import NewKiosk
from tests.server.web.stage import Stage
from wire.card import Category
from wire.envelope import open_batch, seal_batch
from wire.events import CardRef, ClockOffset, Event, Fact, Feedback, encode_event
from wire.private import seal_private

BOOT: Final = "e" * 32
_EPOCHS = iter(range(1000, 10**6))


def tell(
    stage: Stage, kiosk: NewKiosk, *facts: tuple[Fact, int], fair: str = "", boot: str = BOOT, **changes: Any
) -> tuple[Taken, list[str]]:
    """Let a kiosk tell of facts, each with its ms UTC; gives the events' ids."""
    epoch, ids = next(_EPOCHS), [uuid_utils.uuid7().hex for _ in facts]
    events = [
        encode_event(
            Event(
                event_id=event_id,
                occurred_at=at,
                monotonic_ms=at - stage.now() + 10**9,
                boot_id=boot,
                fair=fair or stage.fair,
                booth=changes.get("booth", kiosk.row.booth),
                fact=fact,
            )
        )
        for event_id, (fact, at) in zip(ids, facts, strict=True)
    ]
    return send(stage, kiosk, events, epoch=changes.get("epoch", epoch)), ids


def send(
    stage: Stage, kiosk: NewKiosk, events: Sequence[bytes], *, epoch: int | None = None, first: int = 1
) -> Taken:
    """Let a kiosk send these bytes."""
    key = SigningKey(kiosk.batch_seed)
    sealed = seal_batch(
        list(events),
        device=kiosk.row.device,
        epoch=next(_EPOCHS) if epoch is None else epoch,
        first=first,
        sealing_key=bytes(stage.home.secrets.sealing_key.public_key),
        key=key,
    )
    batch = open_batch(
        sealed, device_key=lambda _: bytes(key.verify_key), sealing_key=stage.home.secrets.sealing_key
    )
    return stage.intake.take([batch], stage.now())


def measured(stage: Stage, kiosk: NewKiosk, boot: str = BOOT) -> Taken:
    """Let a kiosk's clock be measured, and be found right."""
    fact = ClockOffset(
        server_minus_monotonic_ms=stage.now() - 10**9, server_minus_wall_ms=0, round_trip_ms=20
    )
    return tell(stage, kiosk, (fact, stage.now()), boot=boot)[0]


def feedback(stage: Stage, text: str = "", *, who: int | None = None, **said: Any) -> Feedback:
    """Give what somebody tells."""
    key = bytes(stage.home.secrets.sealing_key.public_key)
    card = None if who is None else CardRef(key_id=1, card_id=f"{who:014x}", category=Category.RETIRED)
    return Feedback(card=card, sealed=seal_private({"text": text}, key) if text else b"", **said)
