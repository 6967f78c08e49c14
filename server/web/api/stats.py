"""Everything that is counted, of a fair or a tour, of all days or one: as ``riwaq-server stats`` tells it."""

from datetime import date
from typing import Any, Final, TypeVar

import msgspec
from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from server.rules.access import Account, Action
from server.web.api.parameters import Day, FairId, TourId, problems
from server.web.api.stats_shape import FairStats, TourStats
from server.web.guard import ThisAccount, needs
from server.web.site import Site, ThisSite
from server.web.things import the_fair, the_tour

_Stats = TypeVar("_Stats", FairStats, TourStats)


@get(
    "/fairs/{fair:str}/stats",
    summary="Everything that is counted of a fair, or of one of its days",
    tags=["figures"],
    opt=needs(Action.SEE_FAIR, the_fair),
    responses=problems(),
)
async def of_fair(site: ThisSite, account: ThisAccount, fair: FairId, day: Day = None) -> FairStats:
    """Give what `riwaq-server stats FAIR --json` gives.

    A day is counted when it is asked for, one after another: where too many wait, come back after the
    seconds of `Retry-After`.
    """
    names = _names(day, fair=fair)
    return await _stats(site, account, "fair-stats", names, FairStats, is_kept=day is None)


@get(
    "/tours/{tour:str}/stats",
    summary="Everything that is counted of a tour, or of one day",
    tags=["figures"],
    opt=needs(Action.SEE_TOUR, the_tour),
    responses=problems(),
)
async def of_tour(site: ThisSite, account: ThisAccount, tour: TourId, day: Day = None) -> TourStats:
    """Give what `riwaq-server stats TOUR --json` gives, to whoever may see the whole tour.

    It is counted when it is asked for, one after another: where too many wait, come back after the
    seconds of `Retry-After`.
    """
    return await _stats(site, account, "tour-stats", _names(day, tour=tour), TourStats, is_kept=False)


async def _stats(
    site: Site, account: Account, name: str, names: dict[str, str], kind: type[_Stats], *, is_kept: bool
) -> _Stats:
    hall = site.hall(account)

    def read() -> Any:
        return hall.readers[name](names, account.holder)

    key = (hall.source.body, name, *sorted(names.items()))
    found = await (site.hub.reading(read) if is_kept else site.counting.count(key, read))
    if found is None:
        raise NotFoundException("there is no such thing")
    return msgspec.convert(found, kind)


def _names(day: date | None, **names: str) -> dict[str, str]:
    return names if day is None else {**names, "day": day.isoformat()}


ROUTES: Final[list[HTTPRouteHandler]] = [of_fair, of_tour]
