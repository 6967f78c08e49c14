"""What people decide on live pages, by the names of view and doing: ``feedback.work-off``."""

from collections.abc import Callable, Mapping

from server.cases.exceptions_office import ExceptionsOffice
from server.cases.feedback_office import FeedbackOffice
from server.live.source import StoreSource
from server.office import Office
from server.rules.access import Account
from server.sessions.recommending import Recommending
from server.settings import Home
from server.store.engine import Store

Doer = Callable[[Account, Mapping[str, str]], None]
"""Does it: takes who, and what the path names with the form's fields; raises :class:`ServerError`."""


def doers_of(
    home: Home,
    store: Store,
    source: StoreSource,
    *,
    clock: Callable[[], int],
    open_office: Callable[[], Office],
) -> dict[str, Doer]:
    """Give one body's doers; ``clock`` gives ms UTC."""
    exceptions = ExceptionsOffice(home, store, source.body, open_office=open_office, clock=clock)
    recommending = Recommending(home, store, source.body, clock=clock)
    feedback = FeedbackOffice(home, store, source.body, clock=clock)
    return {
        "session.done": recommending.done,
        "session.reopen": recommending.reopen,
        "feedback-case.work-off": feedback.work_off,
        "exception.decide": exceptions.decide,
    }
