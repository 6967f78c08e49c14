"""Everything that is held about one person, as a program reads it."""

from typing import Any, Final

import msgspec

FORMAT: Final = "riwaq-person-1"


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the household."""

    member: str
    name_ar: str = ""
    name_latin: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card; what is not known of it is null. Moments are ISO in UTC."""

    card: str
    category: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    issued_at: str | None = None
    refused_at: str | None = None
    refused_why: str | None = None


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """A consent that was given at a registration."""

    consent: str
    version: int
    language: str
    at: str
    kiosk: str


class Happened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that the person did, or that staff did for the person; ``at`` is local time with its offset.

    ``about`` is an offer, a session or a direction; ``text`` and ``phone`` were sealed, and are opened here.
    ``was_wrong``: a correction says that it never happened.
    """

    what: str
    at: str
    fair: str
    booth: str
    kiosk: str
    event_id: str
    about: str = ""
    partner: str = ""
    consent: str = ""
    consent_version: int = 0
    language: str = ""
    phone: str = ""
    text: str = ""
    note: str = ""
    face: int = 0
    topics: list[str] = []
    may_call: bool = False
    urgent: bool = False
    fields: dict[str, str] = {}
    staff: str = ""
    was_wrong: bool = False


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """A session on whose list the person stands; ``fair`` is empty for one of the body's own."""

    session: str
    fair: str = ""
    attended: bool | None = None


class HandedOn(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may hold the person; ``partner`` is empty for one that was for the body itself."""

    at: str
    by: str
    file: str
    partner: str = ""
    of: str = ""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the audit log about the person."""

    number: int
    at: str
    who: str
    what: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. ``member`` has the fields of the register, and is null for the bearer of a card alone."""

    body: dict[str, str]
    made_at: str
    member: dict[str, Any] | None
    principal: Named | None
    dependants: list[Named]
    cards: list[Card]
    consents: list[Agreed]
    happened: list[Happened]
    invited: list[Invited]
    handed_on: list[HandedOn]
    looked: list[Looked]
    days: dict[str, int]
    format: str = FORMAT
