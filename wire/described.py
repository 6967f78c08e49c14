"""What a programme says besides fair, booths and keys: hours, offers, sessions, topics, words, looks.

Everything here has a default where a programme of before lacks it. Names and texts are by
language (``ar``, ``fr``, ``zgh``, ``en``). Times of day are local, ``HH:MM``.
"""

from datetime import date
from typing import Annotated, Final

import msgspec

from wire.contrast import ACCENT, COLOUR

Names = dict[str, str]
LocalTime = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
PartialDay = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?\Z")]
"""A day as far as it is known: ``2025-04-05``, ``2024-05``, ``2024``, or empty."""
TOPIC_ICONS: Final = (
    "hand-heart",
    "store",
    "clock",
    "map-pin",
    "users",
    "message-circle",
    "wallet",
    "stethoscope",
    "graduation-cap",
    "house",
)
"""The pictures that a topic may have, by Lucide's names. A kiosk shows one that it does not know as
``message-circle``: a later server may have more of them."""
Colour = Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}\Z")]
LogoName = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")]
"""A logo by its SHA-256, see ``wire.logo``; empty for none."""


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When a fair is open on one of its days."""

    day: date
    opens: LocalTime
    closes: LocalTime


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of territories, such as regions or centres; one at most stands on cards."""

    id: str
    names: Names
    on_card: bool = False


class CategoryWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a body calls a card's category: ``active``, ``retired``, ``widow``, ``child`` or ``other``."""

    id: str
    names: Names


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a member can sign up to at a booth.

    ``territories`` are those whose members it is for, each with all that lies in it; none
    means everyone. ``consent`` is the id of the text that the member agrees to. An offer that
    ``needs_phone`` is one of which the partner calls the member.
    """

    id: str
    names: Names
    booth: str
    partner: str = ""
    territories: list[str] = []
    details: Names = {}
    consent: str = ""
    needs_phone: bool = False


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """What one can tell the body about; ``icon`` is one of :data:`TOPIC_ICONS`."""

    id: str
    names: Names
    icon: str = "message-circle"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduled meeting, workshop or training. Who is invited travels sealed, see ``wire.setup``."""

    id: str
    names: Names
    kind: str = "meeting"
    booth: str = ""
    territory: str = ""
    day: PartialDay = ""
    last_day: PartialDay = ""
    starts: LocalTime | None = None
    ends: LocalTime | None = None
    by_invitation: bool = False


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """A text that a member agrees to; a changed text is a higher version."""

    id: str
    texts: Names
    version: Annotated[int, msgspec.Meta(ge=1, lt=2**31)] = 1


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A text that a member may read at any time, such as ``privacy``: who keeps what, why, how long."""

    id: str
    names: Names
    texts: Names


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """How a kiosk looks, and the languages that it speaks, the first when nobody has chosen.

    ``colour`` is dark and draws actions and signs, ``accent`` is light: see ``wire.contrast``. The
    ``logo`` itself comes with the server's answer to a hello.
    """

    colour: Colour = COLOUR
    accent: Colour = ACCENT
    languages: list[str] = msgspec.field(default_factory=lambda: ["ar", "fr"])
    logo: LogoName = ""


FIELDS: Final = (
    "name_ar",
    "name_latin",
    "category",
    "principal",
    "birth",
    "employee_number",
    "phone",
    "email",
    "territory",
    "language",
    "national_id",
)
"""What a body may ask of whoever is registered. A kiosk asks nothing that it does not know."""


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """One of :data:`FIELDS` as a body asks for it; ``reason`` says to the member what for."""

    id: str
    required: bool = False
    reason: Names = {}


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What staff ask of a member whom they register, in this order, and the card that comes of it.

    ``employee_number`` is a pattern that the whole number follows, empty for any. ``national_id`` is the
    number of the authorisation to keep them, empty where none may be kept. ``categories`` are those that
    staff may register, by their ids, ``consents`` the ids of the texts that are asked about. A card is
    good for ``card_years``. ``partial_birth`` lets a year alone, or a month, stand for a day.
    """

    fields: list[FormField]
    employee_number: str = ""
    national_id: str = ""
    categories: list[str] = []
    consents: list[str] = []
    card_years: Annotated[int, msgspec.Meta(ge=1, le=15)] = 3
    partial_birth: bool = False
