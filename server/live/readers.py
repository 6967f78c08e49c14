"""What reads for each live page, by the name of its view; and what finds what a path names."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from server.live.exceptions import ExceptionsReader
from server.live.fair import FairReader
from server.live.feedback import FeedbackReader
from server.live.files import FilesReader
from server.live.kiosks import KiosksReader
from server.live.members import MembersReader
from server.live.rolls import RollsReader
from server.live.sessions import SessionsReader
from server.live.sign_ups import SignUpsReader
from server.live.source import StoreSource
from server.live.stats import StatsReader
from server.live.tour import TourReader
from server.rules.access import Holder, Thing
from server.settings import Home
from server.store.engine import Store
from wire.private import open_private

Reader = Callable[[Mapping[str, str], Holder], Any]
"""Gives what a page shows, at one moment; takes what its path names, and for whom. None: no such thing."""
Finder = Callable[[Mapping[str, Any]], Thing | None]
"""Gives what a path names, as access is judged by it; None: no such thing."""


def readers_of(
    home: Home, store: Store, source: StoreSource, *, clock: Callable[[], int]
) -> dict[str, Reader]:
    """Give one body's readers; ``clock`` gives ms UTC."""
    kiosks = KiosksReader(store, source)
    sessions = SessionsReader(store, source)
    rolls = RollsReader(store, source, sessions, clock=clock)
    fairs, stats = FairReader(store, source, clock=clock), StatsReader(store, source, clock=clock)
    tour, files = TourReader(store, source), FilesReader(source)
    exceptions = ExceptionsReader(store, source)
    feedback = FeedbackReader(store, source, partial(open_private, key=home.secrets.sealing_key))
    return {
        "tour": tour,
        "tours": tour.all,
        "sign-ups": SignUpsReader(store, source),
        "files": files.of_fair,
        "tour-files": files.of_tour,
        "fair-stats": stats.of_fair,
        "tour-stats": stats.of_tour,
        "fair": fairs.fair,
        "fair-against": fairs.fair,
        "wall": fairs.fair,
        "booth": fairs.booth,
        "feedback": feedback,
        "feedback-texts": feedback.texts,
        "feedback-case": feedback.case,
        "exceptions": exceptions,
        "all-exceptions": exceptions,
        "exception": exceptions.one,
        "kiosks": kiosks,
        "all-kiosks": kiosks,
        "members": MembersReader(store, source),
        "fair-sessions": sessions.of_fair,
        "fair-roll": rolls.of_fair,
        "sessions": sessions.of_body,
        "session": sessions.one,
        "session-roll": rolls.of_body,
        "series": rolls.of_series,
    }


def finders_of(store: Store, source: StoreSource) -> dict[str, Finder]:
    """Give what finds things that are not in the fairs' descriptions: sessions, series of them, members."""
    sessions = SessionsReader(store, source)
    return {
        "session": sessions.find,
        "series": sessions.find_series,
        "member": MembersReader(store, source).find,
    }
