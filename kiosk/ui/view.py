"""What a screen shows, as values: the flow decides it, and the screens draw it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.rules.wording import Said


class Kind(StrEnum):
    """The kinds of screen.

    The first group passes, the second is opened over whatever is there, the third is a member's
    dialogue, the fourth is the staff's menu, the fifth what they do by hand, the sixth a registration,
    and the rest stands.
    ``UNRECORDED`` stands, too, where a kiosk cannot even start for want of its journal.
    """

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    REFUSED = "refused"
    STAFF = "staff"
    UNRECORDED = "unrecorded"
    PAIRED = "paired"
    SCANNER_SET_UP = "scanner_set_up"
    SIGNED_UP = "signed_up"
    WITHDRAWN = "withdrawn"
    THANKS = "thanks"

    LANGUAGE = "language"
    HELP = "help"
    OPTIONS = "options"
    NOTICE = "notice"
    PIN = "pin"

    OFFERS = "offers"
    MINE = "mine"
    CONSENT = "consent"
    NUMBER = "number"
    SIGNED = "signed"
    WITHDRAW = "withdraw"
    FACES = "faces"
    TOPICS = "topics"
    MORE = "more"
    MAY_CALL = "may_call"
    WRITE = "write"
    SHOW_CARD = "show_card"
    MOMENT = "moment"
    STILL = "still"

    STAFF_MENU = "staff_menu"
    UNDO = "undo"
    WHY = "why"
    NOTHING_TO_UNDO = "nothing_to_undo"
    BY_HAND = "by_hand"
    BOOTHS = "booths"
    SWITCH = "switch"
    LIGHT = "light"
    STATE = "state"
    EXPORT = "export"
    DIAGNOSTICS = "diagnostics"
    NO_STICK = "no_stick"
    POWER = "power"
    RESTART = "restart"
    QUIT = "quit"
    STAFF_DONE = "staff_done"
    STAFF_NOT_DONE = "staff_not_done"

    CARD_NUMBER = "card_number"
    NO_CARD = "no_card"
    FIND = "find"
    FOUND = "found"
    CONFIRM_BY = "confirm_by"
    CONFIRM_NUMBER = "confirm_number"
    CONFIRM_WRITE = "confirm_write"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REISSUE = "reissue"
    LOST = "lost"
    FAMILY = "family"
    HOUSEHOLD = "household"
    HOW_MANY = "how_many"

    REGISTER = "register"
    FORM_WRITE = "form_write"
    FORM_NUMBER = "form_number"
    FORM_CHOICE = "form_choice"
    FORM_SEARCH = "form_search"
    FORM_NOWHERE = "form_nowhere"
    FORM_CONSENT = "form_consent"
    FORM_SUMMARY = "form_summary"
    FORM_LIKELY = "form_likely"
    FORM_MATCHES = "form_matches"
    FORM_LEAVE = "form_leave"
    FORM_CARD = "form_card"

    CALLED = "called"
    STARTING = "starting"
    WAITING = "waiting"
    BLIND = "blind"
    ATTRACT = "attract"
    CLOSED = "closed"
    PAIRING = "pairing"
    ASKING = "asking"
    NO_ANSWER = "no_answer"


class About(StrEnum):
    """What a calm screen is about; it chooses the icons beside its words."""

    CARDS = "cards"
    PAIRING = "pairing"
    CLOSED = "closed"
    WIPED = "wiped"


class Do(StrEnum):
    """What a touch asks for."""

    BACK = "back"
    FINISH = "finish"
    STAY = "stay"
    NEXT = "next"
    PREVIOUS = "previous"
    OFFERS = "offers"
    MINE = "mine"
    OFFER = "offer"
    AGREE = "agree"
    WITHDRAW = "withdraw"
    ANOTHER_NUMBER = "another_number"
    DIGIT = "digit"
    ERASE = "erase"
    USE_NUMBER = "use_number"
    TURN = "turn"
    TELL_US = "tell_us"
    FACE = "face"
    TOPIC = "topic"
    MORE = "more"
    WITH_CARD = "with_card"
    URGENT = "urgent"
    MAY_CALL = "may_call"
    WRITE = "write"
    TEXT = "text"
    SEND = "send"
    OPTIONS = "options"
    NOTICE = "notice"
    LOWER = "lower"
    LARGE = "large"
    VOLUME = "volume"
    READ_ALOUD = "read_aloud"
    CALL = "call"
    HELP_HAS_COME = "help_has_come"
    STAFF = "staff"
    ENTER = "enter"
    OPEN = "open"
    FACT = "fact"
    REASON = "reason"
    BOOTH = "booth"
    STICK = "stick"
    LOOK = "look"
    YES = "yes"
    CHOOSE = "choose"
    INTO = "into"
    SEARCH = "search"
    SKIP = "skip"
    SAY = "say"
    FIELD = "field"
    SAVE = "save"
    DISCARD = "discard"
    PRINT = "print"
    ANOTHER = "another"
    MATCH = "match"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Act:
    """A touch that asks for something, and what it is about: an id, a digit, ``yes``, what was written."""

    do: Do
    of: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the row at the bottom; the ``main`` one is filled."""

    act: Act
    icon: str
    word: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with the icon that says the same."""

    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A tile: perhaps an icon, a word, perhaps a second line; ``chosen`` is what is in force.

    Of a person ``notes`` stand in the second line, some with an icon, and ``badge`` beside the name.
    """

    act: Act
    icon: str
    word: str
    text: str = ""
    chosen: bool = False
    notes: tuple[Line, ...] = ()
    badge: str = ""


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card to be photographed: its token, its bearer's names, and what else stands on it."""

    token: str = field(repr=False)
    name_ar: str = field(repr=False)
    name_latin: str = field(repr=False)
    lines: tuple[str, ...] = ()


LOUDEST: Final = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """What whoever stands there has set, until nobody does; ``volume`` is 1 to :data:`LOUDEST`."""

    lower: bool = False
    large: bool = False
    volume: int = LOUDEST
    read_aloud: bool = True


@dataclass(frozen=True, slots=True)
class Brand:
    """How the body wants its kiosks to look: ``#rrggbb`` and a PNG, each empty for what is usual."""

    colour: str = ""
    accent: str = ""
    logo: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Help:
    """A help screen's words: steps for whoever stands there, causes for the staff; and its prompt."""

    said: Said
    steps: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    voice: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All that a screen shows; two equal views look the same.

    ``since`` and ``until`` are monotonic seconds, both 0 where nothing runs out; they move
    while a screen stands, so they tell no two views apart. ``number`` counts the verdicts: two
    members who are welcomed one after the other each see a screen of their own. ``steps`` and
    ``causes`` are a help screen's lines, ``heading`` stands above the causes.

    ``actions`` is the row at the bottom, ``tiles`` are choices, and ``text`` is long: what does not
    fit is shown in parts, ``part`` counts them from 0 and may be beyond the last. ``lines`` stand
    beside a consent or a name, ``typed`` is what was typed so far, ``keys`` with which keys where these
    are not the language's: another's, ``card``, or ``both`` for Arabic and Latin. ``voice`` names what
    is read aloud where the kind of screen does not.
    """

    kind: Kind
    language: str
    said: Said
    about: About = About.CARDS
    body: str = ""
    booth: str = ""
    clock: str = ""
    strip: str = ""
    steps: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    heading: str = ""
    back: str = ""
    camera: bool = True
    number: int = 0
    actions: tuple[Action, ...] = ()
    tiles: tuple[Choice, ...] = ()
    text: str = ""
    part: int = 0
    lines: tuple[Line, ...] = ()
    typed: str = ""
    keys: str = ""
    card: CardShown | None = None
    voice: str = ""
    settings: Settings = Settings()
    brand: Brand = Brand()
    since: float = field(default=0.0, compare=False)
    until: float = field(default=0.0, compare=False)
