"""The form of a tour as a workbook: which sheets there are, and what their columns mean.

A sheet a section, named as in TOML, one row an entry, the first row naming the columns. A name in
a language has a column of its own: ``names.ar``. The sheet ``settings`` has two columns, ``key``
and ``value``, for what stands once: ``body.id``, ``tour.timezone``, ``theme.colour``. Lists that
are an entry's own have sheets beside: ``other_hours`` (of fairs) and ``invitees`` (of sessions). A
cell may hold several ids or days, with commas between. A sheet whose name begins with ``_`` is
nobody's business.
"""

from typing import Final

from server.rules.names import LANGUAGES
from server.rules.tour.words import PURPOSES
from wire.described import FIELDS

MAX_BYTES: Final = 8 << 20
SETTINGS: Final = "settings"
KEY: Final = "key"
VALUE: Final = "value"
_REGISTRATION_LISTS: Final = ("fields", "required", "categories", "consents")


def _names(key: str = "names") -> tuple[str, ...]:
    return tuple(f"{key}.{language}" for language in LANGUAGES)


SHEETS: Final[dict[str, tuple[str, ...]]] = {
    "fairs": (
        "id",
        *_names(),
        "first_day",
        "last_day",
        "days",
        "opens",
        "closes",
        *_names("venue"),
        *_names("hall"),
        "territory",
        "region",
        "timezone",
        "booths",
    ),
    "booths": ("id", *_names(), "partner", "sector", "kind", "fairs"),
    "partners": ("id", *_names(), "sector"),
    "offers": (
        "id",
        *_names(),
        "booth",
        "territories",
        "consent",
        "needs_phone",
        "fairs",
        *_names("details"),
    ),
    "sessions": (
        "id",
        *_names(),
        "fair",
        "kind",
        "booth",
        "territory",
        "day",
        "last_day",
        "starts",
        "ends",
        "invitees_from",
    ),
    "territories": ("id", "parent", "level", "code", *_names()),
    "levels": ("id", *_names(), "on_card"),
    "categories": ("id", *_names()),
    "consents": ("id", "version", *_names("texts")),
    "notices": ("id", *_names(), *_names("texts")),
    "topics": ("id", *_names(), "icon"),
}
"""The sheets of entries, and their columns in the order in which they are written."""

PARTS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "other_hours": ("fairs", "fair", ("fair", "day", "opens", "closes")),
    "invitees": ("sessions", "session", ("session", "invitee")),
}
"""Sheets of lists within entries: the section, the column that names its entry, all columns."""

SETTING_KEYS: Final = (
    "body.id",
    *(f"body.{name}" for name in _names()),
    "tour.id",
    *(f"tour.{name}" for name in _names()),
    "tour.timezone",
    "tour.region",
    "tour.opens",
    "tour.closes",
    "tour.languages",
    "tour.territories_from",
    "theme.colour",
    "theme.accent",
    "theme.logo",
    *(f"retention.{purpose}" for purpose in PURPOSES),
    "members.employee_number",
    "members.national_id",
    *(f"registration.{key}" for key in (*_REGISTRATION_LISTS, "card_years", "partial_birth")),
    *(f"registration.reasons.{field}.{language}" for field in FIELDS for language in LANGUAGES),
)
LISTS: Final = frozenset(
    {
        *("days", "booths", "fairs.booths", "fairs", "territories"),
        *("tour.languages", "tour.territories_from"),
        *(f"registration.{key}" for key in _REGISTRATION_LISTS),
    }
)
"""Columns and settings of which a cell may hold several."""


def looks_like_workbook(content: bytes) -> bool:
    """Say whether this is a packed workbook and no text; also where it is one of the old kind."""
    return content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
