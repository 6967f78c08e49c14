"""What everyone calls the sectors of booths and the categories of cards, on pages and in files alike."""

from collections.abc import Mapping
from functools import lru_cache

from server.rules.wording import Words
from wire.described import Names


def sector_name(key: str, words: Words) -> str:
    """Name the field in which a booth works; a sector of which nothing is known has its key."""
    return _sectors(words).get(key, key)


def category_name(key: str, own: Mapping[str, Names], words: Words) -> str:
    """Name a card's category: as the body does (``own``), as everyone does, or by its key in figures."""
    return words.name(own.get(key, {}), _categories(words).get(key, key))


# Pages ask for each row, at every push.
@lru_cache(maxsize=16)
def _sectors(words: Words) -> Mapping[str, str]:
    return {
        "own": words.text("Our own services"),
        "bank": words.text("Banks"),
        "insurance": words.text("Insurance"),
        "telecoms": words.text("Telecoms"),
        "real_estate": words.text("Real estate"),
        "health": words.text("Health"),
        "schooling": words.text("Schooling"),
        "transport": words.text("Transport"),
        "leisure": words.text("Leisure"),
        "sport": words.text("Sport"),
        "culture": words.text("Culture"),
        "other": words.text("Other sectors"),
    }


@lru_cache(maxsize=16)
def _categories(words: Words) -> Mapping[str, str]:
    return {
        "active": words.text("Active"),
        "retired": words.text("Retired"),
        "widow": words.text("Widows and widowers"),
        "child": words.text("Children"),
        "other": words.text("Other rights-holders"),
        "unknown": words.text("Not known"),
    }
