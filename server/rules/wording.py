"""Codes and numbers into words: one ``Words`` per language, over a gettext catalogue.

The English texts here are the keys of the catalogues ``assets/locale/*/LC_MESSAGES/server.po``.
Plurals go through gettext (Arabic has six forms), numbers and days through Babel: ``ar_MA``
has Morocco's months and writes 4.127; plain ``ar`` has neither, and is never used.
"""

from datetime import date
from functools import lru_cache
from typing import Final, Protocol

from babel.dates import format_date, format_interval, format_time
from babel.numbers import format_decimal

from server.rules.access import Role
from server.rules.moments import utc
from server.rules.sentences import Advice, Health, Phrase, Says
from wire.described import Names
from wire.zones import zone_of

LANGUAGES: Final = ("ar", "fr", "zgh", "en")
OWN_NAMES: Final = {"ar": "العربية", "fr": "Français", "zgh": "ⵜⴰⵎⴰⵣⵉⵖⵜ", "en": "English"}
_LOCALES: Final = {"ar": "ar_MA", "fr": "fr_MA", "zgh": "zgh", "en": "en_GB"}
_RIGHT_TO_LEFT: Final = frozenset({"ar"})
_MINUTES_AN_HOUR: Final = 60

SAYS: Final = {
    Says.HELP_WANTED: "somebody asks for help",
    Says.WORKS: "connected",
    Says.NOTHING_WAITING: "nothing waiting",
    Says.LATE: "connected, but its facts do not arrive",
    Says.NEVER: "has never connected",
    Says.NO_NETWORK: "no network since {since}",
    Says.KEEPS: "what it records stays in it, safe",
    Says.CAMERA_MISSING: "the camera is not there",
    Says.CAMERA_BLIND: "the camera sees nothing",
    Says.CAMERA_ENDED: "the camera gives no more pictures",
    Says.WIPED: "holds nothing any more, may be put away",
    Says.UNWIPED: "may still keep facts",
    Says.CLASHES: "some of its facts contradict others",
}
SAYS_COUNTED: Final = {
    Says.WAITING: ("{count} fact waiting, safe", "{count} facts waiting, safe"),
    Says.CLOCK: ("its clock is wrong by {count} minute", "its clock is wrong by {count} minutes"),
    Says.DISK: ("{count} MB free on its disk", "{count} MB free on its disk"),
    Says.HOT: ("its temperature is {count} degree", "its temperature is {count} degrees"),
    Says.DAMAGED: ("{count} damaged row in its journal", "{count} damaged rows in its journal"),
}
ADVICE: Final = {
    Advice.GO_THERE: "Go there: somebody is waiting.",
    Advice.START_IT: "Start it, and check that it has a network.",
    Advice.CHECK_NETWORK: "Check its cable or Wi-Fi; nothing is lost.",
    Advice.CALL_SERVER: "Look at the server's log.",
    Advice.PLUG_CAMERA: "Plug the camera in again.",
    Advice.CLEAN_LENS: "Clean the lens, or plug the camera in again.",
    Advice.START_AGAIN: "Start the kiosk again.",
    Advice.SET_CLOCK: "Set its clock; figures use corrected times meanwhile.",
    Advice.STOP_COPY: "Stop it and look: is its disk a copy of another kiosk's?",
    Advice.MAKE_ROOM: "Make room on its disk.",
    Advice.GIVE_AIR: "Give it air and shade.",
    Advice.SAVE_DISK: "Keep its disk, and call the technician.",
    Advice.KEEP_ON: "Do not unplug it yet.",
    Advice.BRING_BACK: "Do not put it away yet: connect it once more.",
}
HEALTH: Final = {Health.GOOD: "works", Health.WATCH: "look", Health.BAD: "needs you"}

ROLES: Final = {
    Role.NATIONAL: "National organizer",
    Role.REGION: "Coordinator of a region",
    Role.CITY: "Coordinator of a city",
    Role.BOOTH: "Booth staff",
    Role.PARTNER: "Partner",
    Role.TECHNICIAN: "Technician",
    Role.AUDITOR: "Auditor",
    Role.ADMIN: "Administrator",
}


class Catalogue(Protocol):
    """What gettext's translations offer."""

    def gettext(self, message: str) -> str:
        """Give the translation, or the message itself."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Give the plural form for ``n``."""


class Words:
    """Texts, numbers, days and clocks in one language."""

    def __init__(self, language: str, catalogue: Catalogue) -> None:
        self.language = language
        self.own_name = OWN_NAMES[language]
        # For numbers that a browser writes, as Babel writes them: browsers know no Tamazight, and
        # Morocco's French with other marks.
        self.tag = {"fr": "fr", "zgh": "fr"}.get(language) or _LOCALES[language].replace("_", "-")
        self.direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
        self._locale = _LOCALES[language]
        self._catalogue = catalogue

    def text(self, message: str, **values: str) -> str:
        """Translate, then fill in ``{name}`` places."""
        return self._catalogue.gettext(message).format(**values)

    def counted(self, one: str, many: str, count: int, **values: str) -> str:
        """Translate by number; ``{count}`` is the number as the language writes it."""
        return self._catalogue.ngettext(one, many, count).format(count=self.number(count), **values)

    def number(self, number: int) -> str:
        """Write a whole number."""
        return _number(number, self._locale)

    def ratio(self, number: float) -> str:
        """Write a number with one digit after the comma."""
        return str(format_decimal(number, format="#,##0.0", locale=self._locale))

    def day(self, day: date) -> str:
        """Write a day in full, with its weekday and year."""
        return _day(day, "full", self._locale)

    def short_day(self, day: date) -> str:
        """Write a day without its year."""
        return _day(day, "d MMMM", self._locale)

    def partial_day(self, day: str) -> str:
        """Write an ISO day as far as it is known: ``5 avril 2025``, ``mai 2024``, ``2024``."""
        form = {len("2024"): "y", len("2024-05"): "MMMM y"}.get(len(day), "d MMMM y")
        return _day(date.fromisoformat(f"{day}-01-01"[: len("2024-05-01")]), form, self._locale)

    def days(self, first: date, last: date) -> str:
        """Write from when to when, as short as the language does; one day where they are the same."""
        if self.language == "zgh":
            return _days(first, last, self._locale)
        return str(format_interval(first, last, "yMMMd", locale=self._locale))

    def clock(self, minute: int) -> str:
        """Write a minute of the day as an hour, ``09:05``."""
        return f"{minute // _MINUTES_AN_HOUR:02}:{minute % _MINUTES_AN_HOUR:02}"

    def moment(self, at: int, zone: str, now: int) -> str:
        """Write a moment (ms UTC) in local time; with its day where that is not today."""
        there = zone_of(zone)
        local = utc(at).astimezone(there)
        clock = str(format_time(local, "HH:mm", tzinfo=there, locale=self._locale))
        if local.date() == utc(now).astimezone(there).date():
            return clock
        return self.text("{clock} on {day}", clock=clock, day=self.short_day(local.date()))

    def past(self, at: int, zone: str, now: int) -> str:
        """Write a moment (ms UTC) that may be years ago: where that is not today, with its day and year."""
        there = zone_of(zone)
        local = utc(at).astimezone(there)
        if local.date() == utc(now).astimezone(there).date():
            return self.moment(at, zone, now)
        return _day(local.date(), "d MMMM y", self._locale)

    def name(self, names: Names, otherwise: str = "") -> str:
        """Choose a name: this language's, else French, else any, else ``otherwise``."""
        for language in (self.language, "fr", "ar", *names):
            if names.get(language):
                return names[language]
        return otherwise

    def phrase(self, phrase: Phrase, zone: str, now: int) -> str:
        """Put one part of a kiosk's sentence into words."""
        if phrase.code in SAYS_COUNTED:
            return self.counted(*SAYS_COUNTED[phrase.code], phrase.parameters["count"])
        values = {key: self.moment(at, zone, now) for key, at in phrase.parameters.items()}
        return self.text(SAYS[phrase.code], **values)

    def advice(self, advice: Advice) -> str:
        """Say what to do."""
        return self.text(ADVICE[advice])

    def health(self, health: Health) -> str:
        """Name a health in a word: colour and shape never stand alone."""
        return self.text(HEALTH[health])


def choose_language(wanted: str, accept: str) -> str:
    """Choose among our languages: what was asked for, else what the browser prefers, else Arabic."""
    if wanted in LANGUAGES:
        return wanted
    best = {
        language: quality
        for language, quality in reversed(_accepted(accept))
        if language in LANGUAGES and quality > 0
    }
    return max(best, key=lambda language: best[language]) if best else LANGUAGES[0]


def _accepted(header: str) -> list[tuple[str, float]]:
    found = []
    for entry in header[:400].split(","):
        tag, _, parameters = entry.strip().partition(";")
        quality = 1.0
        name, _, value = parameters.strip().partition("=")
        if name == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
        found.append((tag.partition("-")[0].strip().lower(), quality))
    return found


@lru_cache(maxsize=8192)
def _number(number: int, locale: str) -> str:
    return str(format_decimal(number, locale=locale))


def _days(first: date, last: date, locale: str) -> str:
    """Write an interval day by day: CLDR has none in Tamazight, and Babel would write the year first."""
    end = _day(last, "d MMM y", locale)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}\N{EN DASH}{end}"
    begin = _day(first, "d MMM" if first.year == last.year else "d MMM y", locale)
    return f"{begin} \N{EN DASH} {end}"


@lru_cache(maxsize=256)
def _day(day: date, form: str, locale: str) -> str:
    return str(format_date(day, form, locale=locale))
