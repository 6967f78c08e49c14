"""How the server does: whether it works, what a monitoring system asks, whether one is signed in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Literal

import msgspec
from litestar import Response, Router, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT, HTTP_503_SERVICE_UNAVAILABLE

from server import ServerError
from server.rules.access import Action, Thing, may
from server.rules.pages.board import Measures
from server.rules.things import fair_thing
from server.web import metrics
from server.web.api.parameters import AnyRequest, problems
from server.web.guard import OPEN, SIGNED_IN, account_of, needs
from server.web.site import ThisSite
from server.web.things import the_body


class Health(msgspec.Struct, frozen=True):
    """Whether the server can do its work."""

    status: Literal["ok", "ledger_unreadable"]


@get(
    "/session",
    summary="Whether one is signed in",
    tags=["server"],
    status_code=HTTP_204_NO_CONTENT,
    opt=SIGNED_IN,
    responses=problems(named=False),
)
async def session() -> None:
    """Answer 204 to whoever has an account and 401 to others: a page that lost its stream asks here why."""


@get(
    "/health",
    summary="Whether the server works",
    tags=["server"],
    opt=OPEN,
    responses={
        HTTP_503_SERVICE_UNAVAILABLE: ResponseSpec(
            Health, description="The ledger cannot be read just now.", generate_examples=False
        )
    },
)
async def health(site: ThisSite) -> Response[Health]:
    """Answer 200 where pages can be served and the ledger read, else 503. Open to everyone."""
    try:
        for hall in site.halls.values():
            await site.hub.reading(hall.source.fairs)
    except ServerError:
        return Response(Health("ledger_unreadable"), status_code=HTTP_503_SERVICE_UNAVAILABLE)
    return Response(Health("ok"))


@get(
    "/metrics",
    summary="Figures for Prometheus",
    tags=["server"],
    media_type=metrics.MEDIA_TYPE,
    opt=needs(Action.SEE_METRICS, the_body, or_local=True),
    responses={
        **problems(named=False),
        HTTP_200_OK: ResponseSpec(
            data_container=str,
            generate_examples=False,
            media_type=metrics.MEDIA_TYPE,
            description="Counters and gauges, as Prometheus reads them.",
        ),
    },
)
async def measures(request: AnyRequest, site: ThisSite) -> Response[str]:
    """Give counters and gauges as text: to programs of this machine, and to those with a token.

    A token's role shows: one that may not see a fair's figures gets its kiosks alone.
    """
    account = account_of(request)
    halls = [site.hall(account)] if account else list(site.halls.values())
    measures = {}
    for hall in halls:
        found = await site.hub.reading(hall.source.measures)
        if account is not None:
            fairs = await site.hub.reading(hall.source.fairs)
            things = {each.fair.id: fair_thing(each) for each in fairs}
            found = _granted(found, things, partial(may, account.holder))
        measures[hall.source.body] = found
    text = metrics.render(measures, streams=site.hub.viewers, now=site.clock())
    return Response(text, media_type=metrics.MEDIA_TYPE)


def routers() -> list[Router]:
    """Give those routes that stand outside of ``/api``."""
    return [
        Router("/", route_handlers=[measures], security=[{"token": []}, {}]),
        Router("/", route_handlers=[health], security=[{}]),
    ]


def _granted(
    found: Measures, things: Mapping[str, Thing], grants: Callable[[Action, Thing], bool]
) -> Measures:
    def shown(fair: str, action: Action) -> bool:
        return fair in things and grants(action, things[fair])

    return replace(
        found,
        kiosks=[entry for entry in found.kiosks if shown(entry[0], Action.SEE_KIOSKS)],
        totals={fair: counts for fair, counts in found.totals.items() if shown(fair, Action.SEE_FAIR)},
    )
