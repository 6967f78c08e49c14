"""What staff do for a member: register, find, check in, another card, cards that are lost."""

from collections.abc import Callable, Sequence

from kiosk.asking import Asking
from kiosk.checking_in import CheckingIn
from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.descriptions import Descriptions
from kiosk.finding import Finding
from kiosk.issuing import CardPress, Issuing
from kiosk.journal import Position
from kiosk.lately import Lately
from kiosk.notices import Registered, StaffNotice
from kiosk.recorder import Recorder
from kiosk.registering import Registering
from kiosk.replacing import Replacing
from kiosk.rules.registration import Doubles
from kiosk.wishes import (
    ByHandWish,
    CheckInWish,
    ConfirmWish,
    FindWish,
    HouseholdWish,
    PrintCardWish,
    RegisterWish,
    ReissueWish,
    RevokeWish,
    StaffWish,
    TogetherWish,
)
from wire.events import Fact


class Serving:
    """The parts that serve members, for the counter's thread; ``leave_soon`` is for any."""

    def __init__(
        self,
        config: KioskConfig,
        *,
        recorder: Recorder,
        descriptions: Descriptions,
        clock: Clock,
        recorded: Callable[[Position], None],
        lately: Lately,
        asking: Asking,
        press: CardPress,
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._recorded = recorded
        self._lately = lately
        self._asking = asking
        self._finding = Finding(asking)
        self._issuing = Issuing(config, descriptions=descriptions, press=press)
        self._registering = Registering(
            descriptions=descriptions,
            clock=clock,
            issuing=self._issuing,
            doubles=Doubles(press.run_key),
            record=self._record,
            alike=self._finding.alike,
        )
        self._checking_in = CheckingIn(descriptions=descriptions, finding=self._finding, record=self._record)
        self._replacing = Replacing(
            descriptions=descriptions,
            clock=clock,
            finding=self._finding,
            issuing=self._issuing,
            record=self._record,
        )

    def begin(self) -> None:
        """Hear that somebody of the staff is in, and not the one who was."""
        self._finding.forget()
        self._asking.open()

    def leave_soon(self) -> None:
        """Hear that they have finished: nobody waits for the server any more."""
        self._asking.close()

    def end(self) -> None:
        """Hear that nobody of the staff is in any more."""
        self._asking.close()
        self._finding.forget()

    def do(self, wish: StaffWish, staff_id: str) -> StaffNotice | None:  # noqa: C901, PLR0911 - a line each
        """Do what was asked for and say what came of it; None for what is no service.

        Raises ``JournalError``.
        """
        match wish:
            case RegisterWish():
                notice = self._registering.register(wish, staff_id)
                if isinstance(notice, Registered):
                    self._finding.forget()
                return notice
            case PrintCardWish():
                return self._issuing.print(wish)
            case FindWish():
                return self._finding.find(wish, staff_id)
            case ConfirmWish():
                return self._finding.confirm(wish, staff_id)
            case HouseholdWish():
                return self._finding.come_along(wish, staff_id)
            case ByHandWish():
                return self._checking_in.by_hand(wish, staff_id)
            case CheckInWish():
                return self._checking_in.confirmed(staff_id)
            case TogetherWish():
                return self._checking_in.together(wish, staff_id)
            case ReissueWish():
                return self._replacing.reissue(wish, staff_id)
            case RevokeWish():
                return self._replacing.revoke(wish, staff_id)
        return None

    def _record(self, facts: Sequence[Fact], staff_id: str) -> None:
        moment = self._clock.read()
        places = self._recorder.record_all(facts, moment, staff_id)
        for fact, (position, event_id) in zip(facts, places, strict=True):
            self._lately.recorded(fact, event_id, moment)
            self._recorded(position)
