"""A fair's figures and kiosks as programs have asked for them from the beginning: these routes stay."""

from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream
from msgspec.structs import asdict

from server.rules.access import Action, may
from server.rules.figures import BOOTH, CATEGORY, DAY, HOUR, TOTAL
from server.rules.pages.board import board_of
from server.rules.pages.fair import page_of
from server.rules.sentences import sentence_of
from server.rules.things import fair_thing
from server.web.api.parameters import AnyRequest, BoothId, FairId, Language, language_of, problems
from server.web.api.reading import snapshot_of
from server.web.guard import SIGNED_IN, ThisAccount, needs
from server.web.hub import Followed, Shown
from server.web.showing import EVENTS, streamed
from server.web.site import ThisSite
from server.web.things import the_booth, the_fair


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


@get(
    "/fairs",
    summary="Every fair that one may know of",
    tags=["fairs"],
    opt=SIGNED_IN,
    responses=problems(named=False),
)
async def fairs(site: ThisSite, account: ThisAccount) -> list[FairEntry]:
    """List the fairs with which the account has to do."""
    found = await site.hub.reading(site.hall(account).source.fairs)
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
    responses=problems(),
)
async def figures(site: ThisSite, account: ThisAccount, fair: FairId) -> FairFigures:
    """Give visits and attendance: in all, and by booth, day, hour and category."""
    snapshot = await snapshot_of(site, account, fair)

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
    responses=problems(),
)
async def booth_figures(site: ThisSite, account: ThisAccount, fair: FairId, booth: BoothId) -> Figure:
    """Give visits and attendance of one booth."""
    snapshot = await snapshot_of(site, account, fair)
    return Figure(*snapshot.figures.get((BOOTH, booth), (0, 0)))


@get(
    "/fairs/{fair:str}/kiosks",
    summary="A fair's kiosks and their health",
    tags=["kiosks"],
    opt=needs(Action.SEE_KIOSKS, the_fair),
    responses=problems(),
)
async def kiosks(
    request: AnyRequest, site: ThisSite, account: ThisAccount, fair: FairId, lang: Language = None
) -> list[KioskHealth]:
    """Give every kiosk with its health as codes and as a sentence."""
    snapshot = await snapshot_of(site, account, fair)
    words, zone, now = site.words[language_of(request, lang)], snapshot.definition.fair.timezone, site.clock()
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
    media_type=EVENTS,
    opt=needs(Action.SEE_FAIR, the_fair),
    responses={
        **problems(),
        200: ResponseSpec(
            data_container=str,
            generate_examples=False,
            media_type=EVENTS,
            description="Events: `page` (first the whole page, then what changed), `beat` every five "
            "seconds without a change, `bye` when the session has ended or the fair is not there any more.",
        ),
    },
)
async def stream(
    request: AnyRequest, site: ThisSite, account: ThisAccount, fair: FairId, lang: Language = None
) -> Stream:
    """Follow a fair: at most five changes a second."""
    hall = site.hall(account)

    def render(languages: Collection[str]) -> dict[str, Shown]:
        found = hall.readers["fair"]({"fair": fair}, account.holder)
        if found is None:
            return {}
        now, zone = site.clock(), found.timezone
        board = board_of(found, now)
        return {
            each: (asdict(page_of(board, site.words[each])), site.words[each].moment(now, zone, now))
            for each in languages
        }

    body = hall.source.body
    followed = Followed(key=(body, "api", fair), body=body, fair=fair, render=render)
    return await streamed(request, site, followed, language_of(request, lang))


ROUTES: Final[list[HTTPRouteHandler]] = [fairs, figures, booth_figures, kiosks, stream]
