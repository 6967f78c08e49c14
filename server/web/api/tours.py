"""What the pages of tours show, as data."""

from typing import Final

from litestar import get
from litestar.handlers import HTTPRouteHandler

from server.rules.pages.stops import Tour
from server.web.api.parameters import TourId, problems
from server.web.api.reading import data_of
from server.web.guard import ThisAccount
from server.web.site import ThisSite
from server.web.views.tour import ALL, VIEW


@get(
    "/tours",
    summary="Every tour that one may see",
    tags=["tours"],
    opt=ALL.opt,
    responses=problems(named=False),
)
async def tours(site: ThisSite, account: ThisAccount) -> list[Tour]:
    """List tours, the latest first, each with the stops that the account may see."""
    found: list[Tour] = await data_of(site, account, ALL)
    return found


@get("/tours/{tour:str}", summary="A tour now", tags=["tours"], opt=VIEW.opt, responses=problems())
async def one_tour(site: ThisSite, account: ThisAccount, tour: TourId) -> Tour:
    """Give the stops that the account may see, side by side; sums to whoever may see the whole."""
    found: Tour = await data_of(site, account, VIEW, tour=tour)
    return found


ROUTES: Final[list[HTTPRouteHandler]] = [tours, one_tour]
