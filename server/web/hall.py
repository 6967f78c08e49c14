"""One body's side of the pages: what reads for them, what does for them, and where its time is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from server.rules.access import Account, Holder, Thing
from server.rules.take_home import Wish
from server.web import WebError
from server.web.desk import Makes
from server.web.source import LiveSource

Reads = Callable[[Mapping[str, str], Holder], Any]
"""Gives what a page shows; takes what its path names, and for whom. None: no such thing."""
Does = Callable[[Account, Mapping[str, str]], None]
"""Does what a person has decided; takes who, and the path's names with the form's fields."""
Tells = Callable[[Account, Mapping[str, str]], Any]
"""Tells of people, and writes down that it did; takes who asks, and what for. None: no such thing."""
Finds = Callable[[Mapping[str, Any]], Thing | None]
"""Gives what a path names, as access is judged by it."""


def makes_nothing(wish: Wish, _: Callable[[int, int], None]) -> BinaryIO:
    """Say that here no files are made."""
    raise WebError(f"nobody makes {wish.name} here")


_HOME: Final = "Africa/Casablanca"


@dataclass(frozen=True, slots=True)
class Hall:
    """A body's fairs, and all that its pages need, by the names of views. Called from the page's threads."""

    source: LiveSource
    readers: Mapping[str, Reads] = field(default_factory=dict)
    doers: Mapping[str, Does] = field(default_factory=dict)
    tellers: Mapping[str, Tells] = field(default_factory=dict)
    finders: Mapping[str, Finds] = field(default_factory=dict)
    make: Makes = makes_nothing

    def zone_of(self, fair: str) -> str:
        """Give the time zone of a fair; of the body's first where none is named."""
        fairs = self.source.fairs()
        named = [each.fair.timezone for each in fairs if each.fair.id == fair]
        return (named or [each.fair.timezone for each in fairs] or [_HOME])[0]
