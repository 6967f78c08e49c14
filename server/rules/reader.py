"""Taking a description apart, whatever file it came from, and keeping what is wrong with it.

A description is plain values: tables, lists, texts, numbers, days. A reader goes on after each
finding, so that all of them are named at once; it never raises.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from server.rules.hints import TomlHints
from server.rules.names import LANGUAGES, REQUIRED, objection, text_objection, tidy
from wire.described import Names
from wire.topics import SLUG

Place = tuple[str | int, ...]
"""Where something stands: keys, and numbers of list entries from 0."""

_OTHER_WORDS = {
    "begin": "opens",
    "begins": "opens",
    "client": "body",
    "company": "partner",
    "companies": "partners",
    "date": "days",
    "dates": "days",
    "day": "days",
    "end": "closes",
    "event": "fair",
    "events": "fairs",
    "exhibitor": "booths",
    "exhibitors": "booths",
    "label": "names",
    "location": "venue",
    "name": "names",
    "org": "body",
    "organisation": "body",
    "organization": "body",
    "place": "venue",
    "regions": "territories",
    "sponsors": "partners",
    "stand": "booths",
    "stands": "booths",
    "stop": "fair",
    "stops": "fairs",
    "text": "texts",
    "title": "names",
    "tz": "timezone",
    "type": "sector",
}
_ONE_OF = {
    "booths": "booth",
    "consents": "consent",
    "fairs": "fair",
    "levels": "level",
    "partners": "partner",
    "sessions": "session",
    "territories": "territory",
}
_MAX_FINDINGS = 500
_SHOWN_CHARACTERS = 60
_SHOWN_CHOICES = 14
_PLAIN_BITS = 64


class Finding(NamedTuple):
    """One thing that is wrong: where, what, and what to write instead.

    ``by_itself`` is false where the finding would vanish with another part of the file in
    sight: something is missing, or named elsewhere. A reader that had to leave out a broken
    line drops those, as they may be that line's fault.
    """

    place: Place
    what: str
    instead: str
    by_itself: bool = True


def place_in_words(place: Place) -> str:
    """Give a place as people read it, list entries counted from 1: ``booths[2].partner``."""
    words = ""
    for part in place:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            key = part if re.fullmatch(r"[\w-]{1,60}", part) else shown(part)
            words += f".{key}" if words else key
    return words


def shown(value: object) -> str:
    """Show a value in a message, on one line, without what cannot be printed, and short."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > _PLAIN_BITS:
        return "a number of very many digits"  # Python refuses to write those out
    if isinstance(value, date | time):
        return value.isoformat()
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 2] + "…" + text[-1]


class Reader:
    """Takes values apart and keeps what is wrong with them in ``findings``.

    A value of None is not there, which is noted by the table that misses it. ``words`` says
    what to write instead, or the examples for missing keys do, in TOML.
    """

    def __init__(self, words: TomlHints | Mapping[str, str]) -> None:
        self.words = words if isinstance(words, TomlHints) else TomlHints(words)
        self.findings: list[Finding] = []
        self._said_full = False

    @property
    def full(self) -> bool:
        """Whether so much is wrong that looking for the right words takes longer than reading them."""
        return len(self.findings) >= _MAX_FINDINGS

    def note(self, place: Place, what: str, instead: str, *, by_itself: bool = True) -> None:
        """Keep one finding, unless there are more than anyone reads."""
        if not self.full:
            self.findings.append(Finding(place, what, instead, by_itself))
        if self.full and not self._said_full:
            self._said_full = True
            what = f"{_MAX_FINDINGS} problems are listed, and there may be more"
            self.findings.append(Finding(place, what, "mend those before this line first"))

    def table(
        self, value: object, place: Place, *, required: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Read a table; each unknown and each missing key is noted."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            header = f"[[{place[0]}]]" if len(place) > 1 else f"[{place[0]}]"
            self.note(place, f"{kind(value)} stands where a table belongs", self.words.table(header))
            return {}
        known = list(dict.fromkeys((*required, *optional)))
        meant = set()
        for key in value:
            if key in known or self.full:
                continue
            near = nearest(key, known)
            if near is None or near in value:
                instead = f"the keys here are: {', '.join(known)}; take this one out"
            else:
                meant.add(near)
                instead = f"write {near}"
            self.note((*place, key), "this key is not known", instead)
        for key in required:
            if key not in value and key not in meant:
                instead = self.words.missing(key, place_in_words(place))
                self.note((*place, key), "this is missing", instead, by_itself=False)
        return value

    def tables(self, value: object, place: Place) -> list[tuple[Place, object]]:
        """Read a list of tables; gives each entry with its place."""
        if value is None:
            return []
        if not isinstance(value, list):
            header = place_in_words(place)
            what = f"{kind(value)} stands where a list of tables belongs"
            self.note(place, what, f"write [[{header}]], in two pairs of brackets, above each entry")
            return []
        return [((*place, number), entry) for number, entry in enumerate(value)]

    def text(self, value: object, place: Place) -> str:
        """Read a text; gives an empty one where there is none."""
        if value is None or isinstance(value, str):
            return value or ""
        written = shown(value)
        scalar = isinstance(value, int | float | date | time) and " " not in written
        instead = self.words.text(written if scalar else "")
        self.note(place, f"{kind(value)} stands where a text belongs", instead)
        return ""

    def slug(self, value: object, place: Place) -> str:
        """Read an id: it stands in topics, addresses and file names."""
        text = self.text(value, place)
        if isinstance(value, str) and not SLUG.fullmatch(text):
            made = _as_slug(text)
            rule = "use 1 to 48 of a-z, 0-9 and dashes inside"
            instead = f"write {made!r} or the like: {rule}" if made else f"{rule}, such as 'bank-1'"
            self.note(place, f"{shown(text)} cannot be an id" if text else "the id is empty", instead)
        return text

    def reference(self, value: object, place: Place, known: Collection[str], section: str) -> str:
        """Read the id of something that another section describes; an empty text is none."""
        text = self.text(value, place)
        if text and text not in known and not self.full:
            what = f"{shown(text)} is no {_ONE_OF[section]} of this file"
            listed = f"write one of: {_choices(text, known)}"
            instead = listed if known else self.words.describe(section)
            self.note(place, what, instead, by_itself=False)
        return text

    def names(self, value: object, place: Place) -> Names:
        """Read a name in its languages; Arabic and French must be there."""
        return self._by_language(value, place, REQUIRED, "name")

    def texts(self, value: object, place: Place, languages: Sequence[str]) -> Names:
        """Read a text of several lines in its languages; those given must be there."""
        return self._by_language(value, place, languages, "text")

    def flag(self, value: object, place: Place) -> bool:
        """Read true or false; false where there is none."""
        if value is None or isinstance(value, bool):
            return bool(value)
        self.note(place, f"{kind(value)} stands where true or false belongs", "write true or false")
        return False

    def whole(self, value: object, place: Place, least: int, most: int) -> int | None:
        """Read a whole number within bounds; None where there is none or it is noted."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            what = f"{kind(value)} stands where a whole number belongs"
            self.note(place, what, self.words.number(str(least)))
            return None
        if not least <= value <= most:
            self.note(place, f"{shown(value)} is out of bounds", f"write {least} to {most}")
            return None
        return value

    def _by_language(self, value: object, place: Place, required: Sequence[str], what: str) -> Names:
        if value is None:
            return {}
        if not isinstance(value, dict):
            written = shown(tidy(value)).strip("'\"") if isinstance(value, str) else "…"
            instead = self.words.names(written)
            self.note(place, f"{kind(value)} stands where names by language belong", instead)
            return {}
        names = {}
        meant = set()
        for key, entry in value.items():
            here = (*place, key)
            if key not in LANGUAGES and not self.full:
                near = nearest(key, list(LANGUAGES))
                instead = f"write one of: {', '.join(LANGUAGES)}"
                if near is not None and near not in value:
                    meant.add(near)
                    instead = f"write {near}"
                self.note(here, "this language is not known", instead)
            names[key] = self._name(entry, here, what)
        for language in required:
            if language not in value and language not in meant:
                missing = f"the {what} in {LANGUAGES[language]} is missing"
                self.note((*place, language), missing, self.words.language(language), by_itself=False)
        return names

    def _name(self, value: object, place: Place, what: str) -> str:
        """Read a name or a text in one language, as it is kept."""
        text = self.text(value, place)
        object_to = objection if what == "name" else text_objection
        problem = object_to(text) if isinstance(value, str) else None
        if problem is not None:
            self.note(place, *problem)
        return tidy(text)

    def choice(self, value: object, place: Place, choices: Sequence[str], what: str) -> str:
        """Read one text of a closed list."""
        text = self.text(value, place)
        if isinstance(value, str) and text not in choices:
            self.note(place, f"{shown(text)} is no {what}", f"write one of: {', '.join(choices)}")
        return text

    def refuse_doubles(self, entries: Iterable[tuple[Place, str]], what: str) -> None:
        """Note every entry that says what an earlier one has said; empty ones say nothing."""
        first: dict[str, Place] = {}
        for place, text in entries:
            if text and text in first:
                earlier = place_in_words(first[text])
                self.note(
                    place, f"{earlier} has this {what} already", f"write another {what}", by_itself=False
                )
            elif text:
                first[text] = place


def kind(value: object) -> str:
    """Name what stands there, for a message."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (str, "a text"),
        (bool, "true or false"),
        ((int, float), "a number"),
        (datetime, "a day with a time"),
        (date, "a day"),
        (time, "a time"),
    )
    name = next((name for kind, name in kinds if isinstance(value, kind)), None)
    return f"{name} ({shown(value)})" if name else shown(value)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Give the known word that was probably meant, if any."""
    plain = word.strip().casefold()
    other = _OTHER_WORDS.get(plain, "")
    for meant in (other, f"{other}s"):
        if meant in known:
            return meant
    by_plain = {entry.casefold(): entry for entry in known}
    close = difflib.get_close_matches(plain[:_SHOWN_CHARACTERS], by_plain, n=1)
    return by_plain[close[0]] if close else None


def _choices(word: str, known: Collection[str]) -> str:
    """List what may be written: all of it, or the nearest where it is long."""
    listed = list(dict.fromkeys(known))
    if len(listed) > _SHOWN_CHOICES:
        near = difflib.get_close_matches(word[:_SHOWN_CHARACTERS], listed, n=3, cutoff=0.4)
        rest = [entry for entry in listed if entry not in near]
        listed = [*near, *rest[: _SHOWN_CHOICES - len(near)], "…"]
    return ", ".join(entry if entry == "…" else shown(entry).strip("'") for entry in listed)


def _as_slug(text: str) -> str | None:
    """Make an id of a text that was meant as one, if its letters allow it."""
    text = text[:200]
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
    letters = (character for character in text if unicodedata.category(character)[0] in "LN")
    foreign = any(not unicodedata.normalize("NFKD", letter)[0].isascii() for letter in letters)
    return made if made and not foreign and SLUG.fullmatch(made) else None
