"""A fair's page: how it goes, at a glance; and the same beside a day that somebody chose."""

from dataclasses import replace
from typing import Final

from server.rules.access import Action
from server.rules.pages.fair import words_of
from server.web.things import the_fair
from server.web.views.view import View

VIEW: Final = View(
    name="fair",
    path="/fair/{fair:str}",
    template="fair.html",
    action=Action.SEE_FAIR,
    find=the_fair,
    words=words_of,
    menu="The fair",
    icon="activity",
)
AGAINST: Final = replace(
    VIEW, name="fair-against", path="/fair/{fair:str}/against/{day:str}", menu="", icon=""
)
