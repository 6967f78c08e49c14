"""The pages of sessions: those of a fair and those of the body, each with and without names."""

from collections.abc import Mapping
from typing import Any, Final

from server.rules.access import Action, Thing
from server.rules.pages.rolls import matrix_page, roll_page
from server.rules.pages.sessions import page_of, session_page
from server.web.hall import Hall
from server.web.things import the_fair
from server.web.views.view import Doing, View, of_all


def the_session(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the body's session that is named."""
    return hall.finders["session"](path)


def the_series(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the series that is named."""
    return hall.finders["series"](path)


OF_FAIR: Final = View(
    name="fair-sessions",
    path="/fair/{fair:str}/sessions",
    template="sessions.html",
    words=page_of,
    action=Action.SEE_SESSIONS,
    find=the_fair,
    by_holder=True,
    menu="Sessions",
    icon="clipboard-list",
)
ROLL_OF_FAIR: Final = View(
    name="fair-roll",
    path="/fair/{fair:str}/sessions/{session:str}",
    template="roll.html",
    words=roll_page,
    action=Action.SEE_ROLL_CALL,
    find=the_fair,
    audit="roll call",
)
OF_BODY: Final = View(
    name="sessions",
    path="/sessions",
    template="sessions.html",
    words=page_of,
    action=Action.SEE_SESSIONS,
    moves=of_all,
    by_holder=True,
    menu="Meetings and trainings",
    icon="handshake",
)
ONE: Final = View(
    name="session",
    path="/sessions/{session:str}",
    template="session.html",
    words=session_page,
    action=Action.SEE_SESSIONS,
    find=the_session,
    moves=of_all,
    by_holder=True,
    doings={
        "done": Doing(action=Action.SEE_ROLL_CALL, find=the_session),
        "reopen": Doing(action=Action.SEE_ROLL_CALL, find=the_session),
    },
)
ROLL: Final = View(
    name="session-roll",
    path="/sessions/{session:str}/roll",
    template="roll.html",
    words=roll_page,
    action=Action.SEE_ROLL_CALL,
    find=the_session,
    moves=of_all,
    audit="roll call",
)
SERIES: Final = View(
    name="series",
    path="/series/{series:str}",
    template="matrix.html",
    words=matrix_page,
    action=Action.SEE_ROLL_CALL,
    find=the_series,
    moves=of_all,
    by_holder=True,
    audit="session matrix",
)
