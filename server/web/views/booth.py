"""A booth's page: for the organizers, and where those who stand there begin."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.booth import page_of
from server.web.things import the_booth
from server.web.views.view import View

VIEW: Final = View(
    name="booth",
    path="/fair/{fair:str}/booth/{booth:str}",
    template="booth.html",
    action=Action.SEE_BOOTH,
    find=the_booth,
    words=page_of,
    by_holder=True,
    menu="Your booth",
    icon="store",
)
