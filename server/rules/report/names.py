"""What a report calls things: booths and offers as the body does, sectors and categories as everyone does."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from server.rules.fair import FairDefinition
from server.rules.stats import NO_TERRITORY
from server.rules.usual_names import category_name, sector_name
from server.rules.wording import Words
from wire.zones import zone_of


class Naming:
    """The names of one fair's things in a reader's language; what is gone from its description has its id."""

    def __init__(self, definition: FairDefinition, words: Words) -> None:
        self._words = words
        self._booths = {each.id: words.name(each.names, each.id) for each in definition.booths}
        self._partners = {each.id: words.name(each.names, each.id) for each in definition.partners}
        self._offers = {each.id: words.name(each.names, each.id) for each in definition.offers}
        self._offering = {each.id: each.partner for each in definition.offers}
        self._topics = {each.id: words.name(each.names, each.id) for each in definition.topics}
        self._sessions = {each.id: words.name(each.names, each.id) for each in definition.sessions}
        self._territories = {each.id: words.name(each.names, each.id) for each in definition.territories}
        self._categories = {each.id: each.names for each in definition.categories}
        self.sector_of = {each.id: each.sector for each in definition.booths}

    def booth(self, key: str) -> str:
        """Name a booth."""
        return self._booths.get(key, key)

    def sector(self, key: str) -> str:
        """Name a sector."""
        return sector_name(key, self._words)

    def category(self, key: str) -> str:
        """Name a category of cards."""
        return category_name(key, self._categories, self._words)

    def territory(self, key: str) -> str:
        """Name a territory by its id, as figures have it; none is named, too."""
        if key == NO_TERRITORY:
            return self._words.text("Not known")
        return self._territories.get(key, key)

    def offer(self, key: str) -> str:
        """Name an offer."""
        return self._offers.get(key, key)

    def offering(self, key: str) -> str:
        """Name the partner whose offer it is."""
        partner = self._offering.get(key, "")
        return self._partners.get(partner, partner)

    def partner(self, key: str) -> str:
        """Name a partner."""
        return self._partners.get(key, key)

    def topic(self, key: str) -> str:
        """Name what members tell about."""
        return self._topics.get(key, key)

    def session(self, key: str) -> str:
        """Name a session."""
        return self._sessions.get(key, key)


def face_names(words: Words) -> Mapping[str, str]:
    """Name the faces, best first."""
    return {
        "5": words.text("Very satisfied"),
        "4": words.text("Satisfied"),
        "3": words.text("In between"),
        "2": words.text("Dissatisfied"),
        "1": words.text("Very dissatisfied"),
        "0": words.text("No face touched"),
    }


def period(days: list[date], words: Words) -> str:
    """Say from when to when."""
    first, last = min(days), max(days)
    if first == last:
        return words.day(first)
    return words.text("From {first} to {last}", first=words.day(first), last=words.day(last))


def weekday(day: str, words: Words) -> str:
    """Name an ISO day without its year; a text that is none stays as it is."""
    try:
        return words.short_day(date.fromisoformat(day))
    except ValueError:
        return day


def local_hour(key: str, zone: str) -> tuple[str, int]:
    """Give the local ISO day and the hour, 0 to 23, of ``2024-12-28T09:00Z``."""
    local = datetime.fromisoformat(key).astimezone(UTC).astimezone(zone_of(zone))
    return local.date().isoformat(), local.hour
