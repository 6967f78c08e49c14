"""The open API: the same figures as JSON, a stream of the page, and how the server does."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException, ServiceUnavailableException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_503_SERVICE_UNAVAILABLE

from server import ServerError
from server.rules.access import Action, Thing, may
from server.rules.pages.board import Measures, Snapshot
from server.rules.figures import BOOTH, CATEGORY, DAY, HOUR, TOTAL
from server.rules.sentences import sentence_of
from server.rules.things import fair_thing
from server.rules.wording import choose_language
from server.web import metrics
from server.web.guard import OPEN, SIGNED_IN, ThisAccount, account_of, needs
from server.web.hub import MOST_VIEWERS
from server.web.site import Site, ThisSite
from server.web.things import the_body, the_booth, the_fair

_EVENTS: Final = "text/event-stream"
_AnyRequest = Request[Any, Any, Any]
Language = Annotated[
    Literal["ar", "fr"] | None,
    QueryParameter(description="Language of texts; else the Accept-Language header chooses."),
]
BoothId = Annotated[str, PathParameter(description="The id of one of the fair's booths.", max_length=64)]
FairId = Annotated[str, PathParameter(description="A fair's id, as in /api/fairs.", max_length=64)]


class FairEntry(msgspec.Struct, frozen=True):
    """A fair: names by language, local days."""

    id: str
    names: dict[str, str]
    days: list[date]
    timezone: str


class Figure(msgspec.Struct, frozen=True):
    """Visits, and distinct visitors."""

    visits: int
    attendance: int


class FairFigures(msgspec.Struct, frozen=True):
    """A fair's figures. Days are local ISO dates, hours ISO in UTC; ``at`` and ``closed_at`` are ms UTC.

    ``closed_at`` is null for a fair that goes on.
    """

    fair: str
    at: int
    visits: int
    attendance: int
    by_booth: dict[str, Figure]
    by_day: dict[str, Figure]
    by_hour: dict[str, Figure]
    by_category: dict[str, Figure]
    closed_at: int | None


class KioskHealth(msgspec.Struct, frozen=True):
    """A kiosk: ``seen_at`` is ms UTC, ``says`` and ``advice`` are codes, ``sentence`` has the words.

    ``wiped`` is true where the fair is closed and it holds nothing of it any more.
    """

    device: str
    name: str
    booth: str
    connected: bool
    seen_at: int | None
    waiting: int
    wiped: bool
    clock_wrong_ms: int | None
    health: str
    says: list[str]
    advice: list[str]
    sentence: str


class Health(msgspec.Struct, frozen=True):
    """Whether the server can do its work."""

    status: Literal["ok", "ledger_unreadable"]


@get("/fairs", summary="Every fair that one may know of", tags=["fairs"], opt=SIGNED_IN)
async def fairs(site: ThisSite, account: ThisAccount) -> list[FairEntry]:
    """List the fairs with which the account has to do."""
    found = await site.hub.reading(site.source.fairs)
    return [
        FairEntry(entry.fair.id, entry.fair.names, entry.fair.days, entry.fair.timezone)
        for entry in found
        if may(account.holder, Action.KNOW_FAIR, fair_thing(entry))
    ]


@get(
    "/fairs/{fair:str}/figures",
    summary="A fair's figures",
    tags=["fairs"],
    opt=needs(Action.SEE_FAIR, the_fair),
)
async def figures(site: ThisSite, fair: FairId) -> FairFigures:
    """Give visits and attendance: in all, and by booth, day, hour and category."""
    snapshot = await _snapshot(site, fair)

    def by(scope: str) -> dict[str, Figure]:
        entries = sorted((key, counts) for (found, key), counts in snapshot.figures.items() if found == scope)
        return {key: Figure(*counts) for key, counts in entries}

    visits, attendance = snapshot.figures.get((TOTAL, ""), (0, 0))
    return FairFigures(
        fair=fair,
        at=site.clock(),
        visits=visits,
        attendance=attendance,
        by_booth=by(BOOTH),
        by_day=by(DAY),
        by_hour=by(HOUR),
        by_category=by(CATEGORY),
        closed_at=snapshot.closed_at,
    )


@get(
    "/fairs/{fair:str}/booths/{booth:str}/figures",
    summary="A booth's figures",
    tags=["fairs"],
    opt=needs(Action.SEE_BOOTH, the_booth),
)
async def booth_figures(site: ThisSite, fair: FairId, booth: BoothId) -> Figure:
    """Give visits and attendance of one booth."""
    snapshot = await _snapshot(site, fair)
    return Figure(*snapshot.figures.get((BOOTH, booth), (0, 0)))


@get(
    "/fairs/{fair:str}/kiosks",
    summary="A fair's kiosks and their health",
    tags=["fairs"],
    opt=needs(Action.SEE_KIOSKS, the_fair),
)
async def kiosks(
    request: _AnyRequest, site: ThisSite, fair: FairId, lang: Language = None
) -> list[KioskHealth]:
    """Give every kiosk with its health as codes and as a sentence."""
    snapshot = await _snapshot(site, fair)
    words, zone, now = site.words[_language(request, lang)], snapshot.definition.fair.timezone, site.clock()
    found = []
    for kiosk in snapshot.kiosks:
        sentence = sentence_of(kiosk, now)
        found.append(
            KioskHealth(
                device=kiosk.device,
                name=kiosk.name,
                booth=kiosk.booth,
                connected=kiosk.connected(now),
                seen_at=kiosk.seen_at,
                waiting=kiosk.waiting,
                wiped=kiosk.wiped,
                clock_wrong_ms=kiosk.clock_wrong_ms,
                health=sentence.health,
                says=[phrase.code for phrase in sentence.says],
                advice=list(sentence.advice),
                sentence=" · ".join(words.phrase(phrase, zone, now) for phrase in sentence.says),
            )
        )
    return found


@get(
    "/fairs/{fair:str}/stream",
    summary="A fair's page as it changes (server-sent events)",
    tags=["fairs"],
    media_type=_EVENTS,
    opt=needs(Action.SEE_FAIR, the_fair),
    responses={
        200: ResponseSpec(
            data_container=str,
            generate_examples=False,
            media_type=_EVENTS,
            description="Events: `page` (first the whole page, then what changed), `beat` every five "
            "seconds without a change, `bye` when the session has ended.",
        )
    },
)
async def stream(request: _AnyRequest, site: ThisSite, fair: FairId, lang: Language = None) -> Stream:
    """Follow a fair: at most five changes a second."""
    if site.hub.viewers >= MOST_VIEWERS:
        raise ServiceUnavailableException("too many pages listen already", headers={"retry-after": "30"})
    messages = await site.hub.follow(
        fair, _language(request, lang), may_go_on=lambda: site.guard.is_still(request)
    )
    if messages is None:
        raise NotFoundException
    # Proxies that gather before they pass on would hold up the page.
    return Stream(messages, media_type=_EVENTS, headers={"x-accel-buffering": "no"})


@get(
    "/session",
    summary="Whether one is signed in",
    tags=["server"],
    status_code=HTTP_204_NO_CONTENT,
    opt=SIGNED_IN,
)
async def session() -> None:
    """Answer 204 to whoever has an account and 401 to others: a page that lost its stream asks here why."""


@get("/health", summary="Whether the server works", tags=["server"], opt=OPEN)
async def health(site: ThisSite) -> Response[Health]:
    """Answer 200 where pages can be served and the ledger read, else 503. Open to everyone."""
    try:
        await site.hub.reading(site.source.fairs)
    except ServerError:
        return Response(Health("ledger_unreadable"), status_code=HTTP_503_SERVICE_UNAVAILABLE)
    return Response(Health("ok"))


@get(
    "/metrics",
    summary="Figures for Prometheus",
    tags=["server"],
    media_type=metrics.MEDIA_TYPE,
    opt=needs(Action.SEE_METRICS, the_body, or_local=True),
)
async def measures(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """Give counters and gauges as text: to programs of this machine, and to those with a token.

    A token's role shows: one that may not see a fair's figures gets its kiosks alone.
    """
    found = await site.hub.reading(site.source.measures)
    if (account := account_of(request)) is not None:
        fairs = await site.hub.reading(site.source.fairs)
        things = {each.fair.id: fair_thing(each) for each in fairs}
        found = _granted(found, things, lambda action, thing: may(account.holder, action, thing))
    text = metrics.render(found, streams=site.hub.viewers, now=site.clock())
    return Response(text, media_type=metrics.MEDIA_TYPE)


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


def routers() -> list[Router]:
    """Give the API's routes; each says who may use it."""
    return [
        Router(
            "/api",
            route_handlers=[fairs, figures, booth_figures, kiosks, stream, session],
            security=[{"session": []}, {"token": []}],
        ),
        Router("/", route_handlers=[measures], security=[{"token": []}, {}]),
        Router("/", route_handlers=[health], security=[{}]),
    ]


async def _snapshot(site: Site, fair: str) -> Snapshot:
    snapshot: Snapshot | None = await site.hub.reading(lambda: site.source.snapshot(fair))
    if snapshot is None:
        raise NotFoundException(f"there is no fair {fair[:64]!r}")
    return snapshot


def _language(request: _AnyRequest, lang: str | None) -> str:
    return choose_language(lang or "", request.headers.get("accept-language", ""))
