"""What a person asks of the station by touch.

Each wish belongs to a dialogue, by the number that came with the scan that began it; one that
comes when its dialogue is over is not done. Wishes hold no card: the station remembers whose
dialogue it is, and the window does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SignUpWish:
    """The member has agreed to an offer on the screen in ``language``.

    ``phone`` is ``none``, ``given`` (the number that the body knows) or ``typed``, in E.164.
    """

    dialogue: int
    offer: str
    language: str
    phone: str = "none"
    typed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WithdrawWish:
    """The member no longer agrees to an offer."""

    dialogue: int
    offer: str


@dataclass(frozen=True, slots=True)
class FeedbackWish:
    """Somebody tells us something: a face (1 to 5, 0 none), topics, a text.

    Anonymous unless ``with_card``, which takes the dialogue's card.
    """

    dialogue: int
    language: str
    face: int = 0
    topics: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    urgent: bool = False
    may_call: bool = False
    with_card: bool = False


@dataclass(frozen=True, slots=True)
class TurnWish:
    """The member goes the other way through these doors."""

    dialogue: int


@dataclass(frozen=True, slots=True)
class CardWish:
    """The next member's card is an answer to this dialogue, and no visit."""

    dialogue: int


@dataclass(frozen=True, slots=True)
class HelpWish:
    """Somebody wants help, or it has come."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class EndWish:
    """A dialogue is over: the station forgets whose it was."""

    dialogue: int


@dataclass(frozen=True, slots=True)
class PinWish:
    """Somebody of the staff has typed a PIN."""

    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StaffEndWish:
    """Staff have finished."""


@dataclass(frozen=True, slots=True)
class StaffLookWish:
    """Staff want to see anew how the kiosk does; keeps them in."""


@dataclass(frozen=True, slots=True)
class SwitchBoothWish:
    """The kiosk stands at another booth of the fair from now on."""

    booth: str


@dataclass(frozen=True, slots=True)
class UndoWish:
    """A fact was wrong; ``reason`` is ``wrong_card``, ``twice``, ``test`` or ``other``."""

    event_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ByHandWish:
    """Somebody without a code checks in: by the card's number, or with no card at all (empty).

    Then ``reason`` is why, as ``wire.events.Visit`` has it, and ``count`` how many they are.
    """

    number: str
    reason: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class FindWish:
    """Who is meant: names, a phone, a number; the server is asked."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmWish:
    """A second field, ``by``, says whether it is this one of who were found; ``member`` is the match's."""

    member: str
    by: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckInWish:
    """Who was confirmed last checks in."""


@dataclass(frozen=True, slots=True)
class ReissueWish:
    """Who was confirmed last gets another card; the old one is refused. ``reason`` is as a revocation's."""

    reason: str


@dataclass(frozen=True, slots=True)
class RevokeWish:
    """A card is refused from now on, ``lost`` or ``stolen``: this one, or that of who was confirmed last."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class HouseholdWish:
    """Who came with the bearer of this card; the server is asked."""

    card: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TogetherWish:
    """These of the household that was told last check in, by their members' ids."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportWish:
    """The facts go onto the stick that is mounted at ``stick``."""

    stick: str


@dataclass(frozen=True, slots=True)
class DiagnosticsWish:
    """What a technician wants to know, and nothing personal, goes onto the stick."""

    stick: str


@dataclass(frozen=True, slots=True)
class RegisterWish:
    """A member is registered: fields as they were typed or chosen, by name, and what was agreed to.

    ``consents`` are ids of texts, shown in ``language``. Somebody who looks like one who was registered
    already is registered only where staff are ``sure``.
    """

    typed: Mapping[str, str] = field(repr=False)
    consents: tuple[str, ...] = ()
    language: str = ""
    sure: bool = False


@dataclass(frozen=True, slots=True)
class PrintCardWish:
    """A card that was just made is printed; ``category`` by its id."""

    token: str = field(repr=False)
    category: str
    name_ar: str = field(default="", repr=False)
    name_latin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RestartWish:
    """The program starts again."""


@dataclass(frozen=True, slots=True)
class QuitWish:
    """The program ends."""


MemberWish = SignUpWish | WithdrawWish | FeedbackWish | TurnWish | CardWish | HelpWish | EndWish
StaffWish = (
    PinWish
    | StaffEndWish
    | StaffLookWish
    | SwitchBoothWish
    | UndoWish
    | ByHandWish
    | FindWish
    | ConfirmWish
    | CheckInWish
    | ReissueWish
    | RevokeWish
    | HouseholdWish
    | TogetherWish
    | ExportWish
    | DiagnosticsWish
    | RegisterWish
    | PrintCardWish
    | RestartWish
    | QuitWish
)
Wish = MemberWish | StaffWish
