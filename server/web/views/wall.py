"""The wall: a fair on a large screen in its hall, for everybody there."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.wall import page_of
from server.web.things import the_fair
from server.web.views.view import View

VIEW: Final = View(
    name="wall",
    path="/fair/{fair:str}/wall",
    template="wall.html",
    action=Action.SEE_FAIR,
    find=the_fair,
    words=page_of,
    menu="Wall screen",
    icon="monitor",
    kind="wall",
)
