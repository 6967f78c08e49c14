"""A session of the body, and what it recommends: as it is kept, and what its fields may hold."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from server.rules.members.texts import Unfit, cleaned
from server.rules.names import LANGUAGES, MAX_TEXT, objection, text_objection, tidy
from server.rules.reader import nearest, shown
from server.rules.sessions.partial import Span
from server.rules.tour.sessions import KINDS
from wire.described import Names
from wire.folding import folded
from wire.topics import SLUG

ALL: Final = "all"
"""In place of a series: every session of the body."""
MAX_PLACE: Final = 120
MAX_RECOMMENDATIONS: Final = 999
_KIND_WORDS: Final = {
    "meeting": "meeting, réunion, rencontre, assemblée, اجتماع, لقاء, جمع",
    "workshop": "workshop, atelier, ورشة, ورشة عمل",
    "training": "training, formation, stage, تكوين, دورة تكوينية, دورة تدريبية",
}


class BodySession(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting, workshop or training that belongs to no fair. Days are ISO, perhaps in part or not known."""

    session: str
    names: Names
    kind: str = KINDS[0]
    series: str = ""
    territory: str = ""
    place: str = ""
    first_day: str = ""
    last_day: str = ""

    @property
    def span(self) -> Span:
        """When it was or will be, as far as that is known."""
        return Span(self.first_day, self.last_day)

    @property
    def order(self) -> tuple[tuple[str, str], str]:
        """What sessions are sorted by."""
        return self.span.order, self.session


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """What a session recommends: its number there from 1; ``done_at`` is in ms UTC, None while it is open."""

    number: int
    texts: Names
    done_at: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None


class Taking(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a session's roll. ``person`` is a member's id, or the number of a card of no member.

    ``behalf`` is the id of the contact for which the person came, such as an association; or empty.
    ``on_sheet``: not invited by name, and on a sheet that says of each whether that one came.
    """

    person: str
    behalf: str = ""
    invited: bool = False
    attended: bool = False
    on_sheet: bool = False

    @property
    def participant(self) -> str:
        """Who takes part: the contact for which the person came, or the person."""
        return self.behalf or self.person

    @property
    def by_name(self) -> bool:
        """Whether somebody has invited the person otherwise than by a sheet."""
        return self.invited and not self.on_sheet


@dataclass(frozen=True, slots=True)
class Roll:
    """How many of a session's list were there. ``attended`` counts those as well whom nobody had invited."""

    invited: int
    present: int
    attended: int

    @property
    def rate(self) -> float | None:
        """The share of the list that was there, 0 to 1; None where there is no list."""
        return round(self.present / self.invited, 4) if self.invited else None


def roll_of(takings: Collection[Taking]) -> Roll:
    """Count a session's roll."""
    invited = [each for each in takings if each.invited]
    return Roll(len(invited), sum(each.attended for each in invited), sum(each.attended for each in takings))


def has_list(takings: Collection[Taking]) -> bool:
    """Say whether people were invited by a list of its own: then no sheet of who came is the list."""
    return any(each.invited for each in takings) and not _sheet_is_list(takings)


def invited_by_sheet(takings: Collection[Taking]) -> list[Taking]:
    """Give who is invited now that the sheet is the list: all who stand on it, as soon as one did not come.

    Nothing where it is not. In however many parts a sheet is taken in, and in whatever order, it comes to
    the same.
    """
    if not _sheet_is_list(takings):
        return []
    waiting = [each for each in takings if each.on_sheet and not each.invited]
    return [msgspec.structs.replace(each, invited=True) for each in waiting]


def _sheet_is_list(takings: Collection[Taking]) -> bool:
    return any(each.invited and each.on_sheet for each in takings)


def absentees(takings: Collection[Taking]) -> list[Taking]:
    """Give who was invited and did not come."""
    return [each for each in takings if each.invited and not each.attended]


# -- what fields may hold; all of these raise Unfit ------------------------------------------


def read_id(text: str, what: str) -> str:
    """Read the id of a session, a series or a territory."""
    plain = text.strip()
    if not SLUG.fullmatch(plain):
        raise Unfit(
            f"{shown(text)} cannot be the id of a {what}", "use 1 to 48 of a-z, 0-9 and dashes inside"
        )
    return plain


def read_series(text: str) -> str:
    """Read the id of a series; empty for none."""
    if text.strip() == ALL:
        raise Unfit(f"{ALL!r} stands for every session", "give the series another id")
    return read_id(text, "series") if text.strip() else ""


def read_kind(text: str) -> str:
    """Read a kind of session, in one of three languages; a meeting where nothing stands."""
    if not text.strip():
        return KINDS[0]
    found = next((kind for kind, words in _KIND_WORDS.items() if folded(text) in _folded(words)), "")
    if not found:
        raise Unfit(f"{shown(text)} is no kind of session", f"write one of: {', '.join(KINDS)}")
    return found


def read_name(text: str) -> str:
    """Read a session's name in one language; empty for none."""
    if not text.strip():
        return ""
    if problem := objection(text):
        raise Unfit(*problem)
    return tidy(text)


def read_place(text: str) -> str:
    """Read where a session is; empty where that is not said."""
    place = re.sub(r"\s+", " ", cleaned(text))
    if len(place) > MAX_PLACE:
        raise Unfit(f"the place has {len(place)} characters", f"write at most {MAX_PLACE}")
    return place


def read_texts(said: Mapping[str, str]) -> Names:
    """Read a recommendation in its languages, one at least."""
    found = {}
    for language, text in said.items():
        if language not in LANGUAGES:
            near = nearest(language, list(LANGUAGES)) or ", ".join(LANGUAGES)
            raise Unfit(f"{shown(language)} is no language of these texts", f"write {near}")
        if problem := text_objection(text):
            raise Unfit(*problem)
        found[language] = tidy(text)
    if not found:
        raise Unfit("no text stands here", f"write it in one language at least, at most {MAX_TEXT} letters")
    return found


def _folded(words: str) -> set[str]:
    return {folded(word) for word in words.split(",")}
