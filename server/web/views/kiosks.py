"""The pages of kiosks: those of one fair, and all that an account may see."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.kiosks import page_of
from server.web.things import the_fair
from server.web.views.view import View, of_all

VIEW: Final = View(
    name="kiosks",
    path="/fair/{fair:str}/kiosks",
    template="kiosks.html",
    words=page_of,
    action=Action.SEE_KIOSKS,
    find=the_fair,
    menu="Kiosks",
    icon="tablet",
)
ALL: Final = View(
    name="all-kiosks",
    path="/kiosks",
    template="kiosks.html",
    words=page_of,
    action=Action.SEE_KIOSKS,
    moves=of_all,
    by_holder=True,
)
