"""The open API: the same figures as JSON, a stream of the page, and how the server does."""

from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException, ServiceUnavailableException
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_503_SERVICE_UNAVAILABLE

from server import ServerError
from server.rules.board import Snapshot
from server.rules.figures import BOOTH, CATEGORY, DAY, HOUR, TOTAL
from server.rules.sentences import sentence_of
from server.rules.wording import choose_language
from server.web import metrics
from server.web.guard import Connection
from server.web.hub import MOST_VIEWERS
from server.web.site import Site, ThisSite

_EVENTS: Final = "text/event-stream"
_AnyRequest = Request[Any, Any, Any]
Language = Annotated[
    Literal["ar", "fr"] | None,
    QueryParameter(description="Language of texts; else the Accept-Language header chooses."),
]
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


@get("/fairs", summary="Every fair", tags=["fairs"])
async def fairs(site: ThisSite) -> list[FairEntry]:
    """List the fairs of this server."""
    found = await site.hub.reading(site.source.fairs)
    return [
        FairEntry(entry.fair.id, entry.fair.names, entry.fair.days, entry.fair.timezone) for entry in found
    ]


@get("/fairs/{fair:str}/figures", summary="A fair's figures", tags=["fairs"])
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


@get("/fairs/{fair:str}/kiosks", summary="A fair's kiosks and their health", tags=["fairs"])
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
        fair, _language(request, lang), may_go_on=lambda: site.guard.may_read(request)
    )
    if messages is None:
        raise NotFoundException
    # Proxies that gather before they pass on would hold up the page.
    return Stream(messages, media_type=_EVENTS, headers={"x-accel-buffering": "no"})


@get("/session", summary="Whether one may read", tags=["server"], status_code=HTTP_204_NO_CONTENT)
async def session() -> None:
    """Answer 204 to readers and 401 to others: a page that lost its stream asks here why."""


@get("/health", summary="Whether the server works", tags=["server"])
async def health(site: ThisSite) -> Response[Health]:
    """Answer 200 where pages can be served and the ledger read, else 503. Open to everyone."""
    try:
        await site.hub.reading(site.source.fairs)
    except ServerError:
        return Response(Health("ledger_unreadable"), status_code=HTTP_503_SERVICE_UNAVAILABLE)
    return Response(Health("ok"))


@get("/metrics", summary="Figures for Prometheus", tags=["server"], media_type=metrics.MEDIA_TYPE)
async def measures(site: ThisSite) -> Response[str]:
    """Give counters and gauges as text: to programs of this machine, and to those with the token."""
    found = await site.hub.reading(site.source.measures)
    text = metrics.render(found, streams=site.hub.viewers, now=site.clock())
    return Response(text, media_type=metrics.MEDIA_TYPE)


def routers(site: Site) -> list[Router]:
    """Give the API's routes, each behind its guard."""

    # Plain functions: Litestar copies what it is given, and locks cannot be copied.
    async def readers(connection: Connection, handler: BaseRouteHandler) -> None:
        await site.guard.readers(connection, handler)

    async def monitors(connection: Connection, handler: BaseRouteHandler) -> None:
        await site.guard.monitors(connection, handler)

    return [
        Router(
            "/api",
            route_handlers=[fairs, figures, kiosks, stream, session],
            guards=[readers],
            security=[{"session": []}, {"token": []}],
        ),
        Router("/", route_handlers=[measures], guards=[monitors], security=[{"token": []}, {}]),
        Router("/", route_handlers=[health], security=[{}]),
    ]


async def _snapshot(site: Site, fair: str) -> Snapshot:
    snapshot: Snapshot | None = await site.hub.reading(lambda: site.source.snapshot(fair))
    if snapshot is None:
        raise NotFoundException(f"there is no fair {fair[:64]!r}")
    return snapshot


def _language(request: _AnyRequest, lang: str | None) -> str:
    return choose_language(lang or "", request.headers.get("accept-language", ""))
