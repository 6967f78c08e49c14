"""The pages of files that one can take home, of a fair and of a tour; each file is judged for itself."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.files import page_of
from server.web.things import the_fair, the_tour_in_part
from server.web.views.view import View, of_all

VIEW: Final = View(
    name="files",
    path="/fair/{fair:str}/files",
    template="files.html",
    words=page_of,
    action=Action.KNOW_FAIR,
    find=the_fair,
    by_holder=True,
    menu="Files",
    icon="download",
)
OF_TOUR: Final = View(
    name="tour-files",
    path="/tour/{tour:str}/files",
    template="files.html",
    words=page_of,
    action=Action.KNOW_FAIR,
    find=the_tour_in_part,
    by_holder=True,
    moves=of_all,
)
