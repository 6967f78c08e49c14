"""The pages of exceptions: those of a fair, those of all fairs, and one to decide."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.exceptions import one_page, page_of
from server.web.things import the_fair
from server.web.views.view import Doing, View, of_all

VIEW: Final = View(
    name="exceptions",
    path="/fair/{fair:str}/exceptions",
    template="exceptions.html",
    words=page_of,
    action=Action.SEE_EXCEPTIONS,
    find=the_fair,
    moves=of_all,
    audit="see exceptions",
    menu="To decide",
    icon="triangle-alert",
)
ALL: Final = View(
    name="all-exceptions",
    path="/exceptions",
    template="exceptions.html",
    words=page_of,
    action=Action.SEE_EXCEPTIONS,
    moves=of_all,
    by_holder=True,
    audit="see exceptions",
)
ONE: Final = View(
    name="exception",
    path="/fair/{fair:str}/exceptions/{kind:str}/{item:str}",
    template="exception.html",
    words=one_page,
    action=Action.SEE_EXCEPTIONS,
    find=the_fair,
    moves=of_all,
    by_holder=True,
    audit="see exception",
    doings={"decide": Doing(Action.DECIDE_EXCEPTIONS, the_fair)},
)
