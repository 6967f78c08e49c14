"""The pages of tours: one with its stops side by side, and all that an account may see."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.tour import page_of, tours_page_of
from server.web.things import the_tour_in_part
from server.web.views.view import View, of_all

VIEW: Final = View(
    name="tour",
    path="/tour/{tour:str}",
    template="tour.html",
    words=page_of,
    action=Action.SEE_TOUR,
    find=the_tour_in_part,
    by_holder=True,
    moves=of_all,
    kind="board tour",
    menu="Tour",
    icon="map-pin",
)
ALL: Final = View(
    name="tours",
    path="/tours",
    template="tours.html",
    words=tours_page_of,
    action=Action.SEE_TOUR,
    by_holder=True,
    moves=of_all,
)
