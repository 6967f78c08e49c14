"""Delivery as it must not be: each part breaks one rule, and the delivery machine must see it."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

import msgspec

from kiosk.rules.delivery import Command, Delivery, EpochView, Send
from server.rules.ingest import Verdict
from tests.fakes import Batch, Disk, FakeJournal, FakeLedger
from wire.messages import Ack, Answer, HeldEpoch, KeptEpoch


class IgnoresTails(Delivery):
    """Believes every mark, whosever facts it covers."""

    def answered(self, answer: Answer, held: Mapping[int, str | None], now: float) -> list[Command]:
        return super().answered(answer, {entry.epoch: entry.tail for entry in answer.epochs} or held, now)

    def acknowledged(self, ack: Ack, held: str | None, now: float) -> list[Command]:
        return super().acknowledged(ack, ack.tail or held, now)


class TrustsAnyRun(Delivery):
    """Takes an acknowledgement of any run of the server."""

    def acknowledged(self, ack: Ack, held: str | None, now: float) -> list[Command]:
        return super().acknowledged(msgspec.structs.replace(ack, run=self.answered_by or ack.run), held, now)


class TrustsAnyAnswer(Delivery):
    """Takes any answer for the one to its latest hello."""

    def answered(self, answer: Answer, held: Mapping[int, str | None], now: float) -> list[Command]:
        return super().answered(msgspec.structs.replace(answer, nonce=self._nonce or ""), held, now)


class NeverGoesBack(Delivery):
    """Sends every window once."""

    _sent: set[tuple[int, int]] | None = None

    def due(self, now: float) -> list[Command]:
        self._sent = self._sent or set()
        kept: list[Command] = []
        for command in super().due(now):
            if isinstance(command, Send):
                if (command.epoch, command.last) in self._sent:
                    continue
                self._sent.add((command.epoch, command.last))
            kept.append(command)
        return kept


class NeverRewinds(Delivery):
    """Holds that what was delivered once stays delivered, whatever a server says later."""

    def answered(self, answer: Answer, held: Mapping[int, str | None], now: float) -> list[Command]:
        marks = {epoch: lane.mark for epoch, lane in self._lanes.items()}
        epochs = [entry for entry in answer.epochs if entry.upto >= marks.get(entry.epoch, 0)]
        return super().answered(msgspec.structs.replace(answer, epochs=epochs), held, now)


class SpeaksFirst(Delivery):
    """Goes on sending on a new connection before the server has answered there."""

    def connected(self, now: float) -> None:
        run = self._run
        super().connected(now)
        self._run = run or "any"


class Impatient(Delivery):
    """Sends everything again at every turn."""

    def due(self, now: float) -> list[Command]:
        for lane in self._lanes.values():
            lane.deadline = min(lane.deadline, now)
        return super().due(now)


class ForksForEver(Delivery):
    """Does not drop an epoch that it has moved."""

    def forked(self, epoch: int, moved_to: EpochView | None) -> None:
        lane = self._lanes[epoch]
        super().forked(epoch, moved_to)
        self._lanes[epoch] = lane


class SilentAboutMoves(Delivery):
    """Takes word of a fact appended to an epoch that was moved meanwhile."""

    def appended(self, epoch: int, last: int) -> None:
        self._moved.clear()
        super().appended(epoch, last)


class WipesUnasked(Delivery):
    """Wipes on what was acknowledged at any time, and does not ask again at the closing."""

    def _may_wipe(self) -> bool:
        return (
            self._closed and not self._wiped and all(lane.mark >= lane.last for lane in self._lanes.values())
        )


class BelievesGivenUp(Delivery):
    """Lets a server give up facts that are still on this kiosk's disk."""

    def answered(self, answer: Answer, held: Mapping[int, str | None], now: float) -> list[Command]:
        epochs = [
            msgspec.structs.replace(entry, tail=entry.tail or held.get(entry.epoch) or "")
            for entry in answer.epochs
        ]
        return super().answered(msgspec.structs.replace(answer, epochs=epochs), held, now)


class WipesOnAnOldWord(Delivery):
    """Wipes what an earlier run acknowledged, where the answer of this one says nothing of it."""

    def due(self, now: float) -> list[Command]:
        for lane in self._lanes.values():
            lane.confirmed = True
        return super().due(now)


class WipesAtOnce(Delivery):
    """Wipes as soon as it hears of the closing."""

    def _may_wipe(self) -> bool:
        return self._closed and not self._wiped


class RunsAhead(Delivery):
    """Holds a mark for moved that the disk has refused."""

    def marks_are(self, epochs: Iterable[EpochView], now: float) -> None:
        """Hear nothing of it."""


class WipesOnARefusedMark(Delivery):
    """Wipes by the journal's mark where a restored server's lower one could not be written."""

    def marks_are(self, epochs: Iterable[EpochView], now: float) -> None:
        for view in epochs:
            if view.epoch in self._lanes:
                self._lanes[view.epoch].mark = view.mark
        self.greet_again(now)


class WipesForEver(Delivery):
    """Holds that a wipe is over once for all."""

    def appended(self, epoch: int, last: int) -> None:
        wiped = self._wiped
        super().appended(epoch, last)
        self._wiped = wiped


class ForgetsUndelivered(FakeJournal):
    """Wipes without a look at its marks."""

    def wipe(self) -> int | None:
        for row in self.disk.epochs.values():
            row.mark = row.last
        return super().wipe()


class GoesOnInOldEpoch(FakeJournal):
    """Uses the last epoch again after a restart."""

    def restarted(self, image: Disk) -> Self:
        twin = super().restarted(image)
        twin._epoch = next(reversed(twin.disk.epochs), None)  # noqa: SLF001 - its own kind
        return twin


class ForksHalf(FakeJournal):
    """Moves only what is not delivered, and holds the rest for safe."""

    def fork(self, epoch: int) -> EpochView | None:
        row = self.disk.epochs[epoch]
        left = [entry for entry in self.read(epoch, row.mark + 1, row.last) if entry is not None]
        for seq in range(row.mark + 1, row.last + 1):
            del self.disk.facts[epoch, seq]
        row.last = row.mark
        if row.last < row.first:
            del self.disk.epochs[epoch]
        self._epoch = None
        if not left:
            return None
        at = self.append(left)[-1]
        return EpochView(at.epoch, 1, at.seq, 0)


class TailIsLastName(FakeJournal):
    """Compares only the last event's id."""

    def tail(self, epoch: int, upto: int) -> str | None:
        tail = super().tail(epoch, upto)
        entry = self.disk.facts.get((epoch, upto))
        return tail if entry is None else entry.event_id


class TailIsLastNameToo(FakeLedger):
    """Tells only the last event's id."""

    def mark(self, epoch: int) -> HeldEpoch:
        mark = super().mark(epoch)
        return msgspec.structs.replace(mark, tail=self.rows[epoch][mark.upto].name if mark.upto else "")


class AcknowledgesOverGaps(FakeLedger):
    """Tells the highest seq, not the contiguous one."""

    def mark(self, epoch: int) -> HeldEpoch:
        return msgspec.structs.replace(super().mark(epoch), upto=max(self.rows[epoch], default=0), tail="")


class DropsClashes(FakeLedger):
    """Keeps nothing of what clashes."""

    def take(self, batch: Batch) -> HeldEpoch:
        held = super().take(batch)
        self.quarantine.clear()
        return held


class CarriesWithoutMarks(FakeLedger):
    """Takes a stick's facts in and does not move the marks over them."""

    carried: frozenset[tuple[int, int]] = frozenset()

    def take_carried(self, batch: Batch) -> None:
        before = set(self.rows[batch.epoch])
        super().take_carried(batch)
        self.carried |= {(batch.epoch, seq) for seq in set(self.rows[batch.epoch]) - before}

    def mark(self, epoch: int) -> HeldEpoch:
        held = super().mark(epoch)
        if any((epoch, seq) in self.carried for seq in range(1, held.upto + 1)):
            return HeldEpoch(epoch=epoch, upto=0, tail="")
        return held


class CarriesTwice(FakeLedger):
    """Takes every stick for new: what is in the ledger already comes in once more."""

    def take_carried(self, batch: Batch) -> None:
        super().take_carried(batch)
        self.twice = True

    def visits(self) -> int:
        return super().visits() + getattr(self, "twice", False)


class WaitsForWhatIsGone(FakeLedger):
    """Never gives up what a kiosk has wiped and a restored ledger lacks."""

    def greet(self, epochs: Iterable[KeptEpoch]) -> list[HeldEpoch]:
        return [self.mark(entry.epoch) for entry in epochs]


class Overwrites(FakeLedger):
    """Puts the later fact in the place of the earlier one."""

    def take(self, batch: Batch) -> HeldEpoch:
        before = copy.deepcopy(self.rows[batch.epoch])
        for seq in range(batch.first, batch.last + 1):
            row = self.rows[batch.epoch].pop(seq, None)
            if row is not None and row.verdict is Verdict.ACCEPTED:
                del self.accepted[row.name]
        held = super().take(batch)
        return held if before else super().take(batch)


BROKEN: Final[dict[str, dict[str, Any]]] = {
    **{
        part.__name__: {"delivery": part}
        for part in (
            IgnoresTails,
            TrustsAnyRun,
            TrustsAnyAnswer,
            NeverGoesBack,
            NeverRewinds,
            SpeaksFirst,
            Impatient,
            ForksForEver,
            SilentAboutMoves,
            WipesUnasked,
            WipesOnAnOldWord,
            RunsAhead,
            WipesOnARefusedMark,
            WipesForEver,
            BelievesGivenUp,
        )
    },
    **{part.__name__: {"journal": part} for part in (GoesOnInOldEpoch, ForksHalf)},
    **{
        part.__name__: {"ledger": part}
        for part in (
            AcknowledgesOverGaps,
            DropsClashes,
            Overwrites,
            CarriesWithoutMarks,
            CarriesTwice,
            WaitsForWhatIsGone,
        )
    },
    "WipesAtOnce": {"delivery": WipesAtOnce, "journal": ForgetsUndelivered},
    "TailIsLastName": {"journal": TailIsLastName, "ledger": TailIsLastNameToo},
}
