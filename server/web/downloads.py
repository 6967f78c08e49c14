"""Hands out files: each an address of its own, judged like every page, and made at the desk.

What is ready within moments comes at once. What takes longer is waited for on a page that asks again by
itself, says how far it is, and then fetches the file; a program waits with its request.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_202_ACCEPTED,
    HTTP_400_BAD_REQUEST,
    HTTP_410_GONE,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from server.rules.access import Account, Action
from server.rules.pages.files import title_of
from server.rules.take_home import ENDINGS, MEDIA, Kind, Wish, disposition, named
from server.rules.wording import Words
from server.web import asking as at
from server.web.asking import bearer
from server.web.desk import Job
from server.web.guard import Finder, ThisAccount, needs
from server.web.hall import Hall
from server.web.pages import draw, message
from server.web.site import Site, ThisSite
from server.web.things import the_fair, the_partner, the_tour, the_tour_partner

AT_ONCE_S: Final = 1.5
AGAIN_S: Final = 2
_CHUNK: Final = 256 * 1024
_LANGUAGES: Final = frozenset({"ar", "fr", "zgh", "en"})
_AnyRequest = Request[Any, Any, Any]

CROWDED: Final = (
    "Somebody else's file is being made",
    "Files are made one after another. Please try again in a moment.",
)
NOT_MADE: Final = (
    "The file was not made",
    "Nothing is lost. Please try again; if it stays so, the server's log says why.",
)
NO_SUCH: Final = ("There is no such file", "Please choose it once more from the list of files.")
TAKEN: Final = (
    "This file is not here any more",
    "It was fetched already, or nobody fetched it for some minutes. Please choose it once more.",
)


def routes() -> list[HTTPRouteHandler]:
    """Give the address of every file."""
    fair, tour = "/fair/{fair:str}/files", "/tour/{tour:str}/files"
    return [
        _route(Kind.REPORT, f"{fair}/report", Action.REPORT, the_fair),
        _route(Kind.REPORT, f"{tour}/report", Action.REPORT, the_tour),
        _route(Kind.PARTNER, f"{fair}/partner/{{partner:str}}", Action.PARTNER_FILE, the_partner),
        _route(Kind.PARTNER, f"{tour}/partner/{{partner:str}}", Action.PARTNER_FILE, the_tour_partner),
        _route(Kind.ATTESTATION, f"{fair}/attestation/{{session:str}}", Action.SEE_ROLL_CALL, the_fair),
        _route(Kind.ARCHIVE, f"{fair}/archive", Action.ARCHIVE, the_fair),
    ]


def _route(kind: Kind, path: str, action: Action, find: Finder) -> HTTPRouteHandler:
    @get(path, include_in_schema=False, opt=needs(action, find), name=f"file-{path}")
    async def hand_out(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[Any] | Stream:
        hall, names = site.hall(account), {key: str(value) for key, value in request.path_params.items()}
        wish = _wish(request, account, kind, names)
        words = site.words[at.language_of(request)]
        title = await site.hub.reading(lambda: _title(wish, names, hall, words)) if wish else ""
        if wish is None or not title:
            return _told(request, site, NO_SUCH, HTTP_400_BAD_REQUEST)
        number = request.query_params.get("job")
        if number is None:
            return await _asked(request, site, hall, wish, title)
        job = site.desk.find(str(number), hall.source.body, account.name)
        if job is None or job.wish != wish:
            return _told(request, site, TAKEN, HTTP_410_GONE)
        if job.done.is_set() and "take" in request.query_params:
            return _handed(request, site, job, title) or _told(request, site, TAKEN, HTTP_410_GONE)
        return _waits(request, site, job, title)

    return hand_out


def _title(wish: Wish, names: Mapping[str, str], hall: Hall, words: Words) -> str:
    """Name the file; empty where there is nothing that it could be of."""
    known = hall.source.fairs()
    # Files are made of a fair first: one of another tour that has this tour's id was judged by nobody.
    if any(each.fair.id == wish.of and each.fair.tour != names.get("tour", each.fair.tour) for each in known):
        return ""
    return title_of(wish, known, words)


def _wish(request: _AnyRequest, account: Account, kind: Kind, names: Mapping[str, str]) -> Wish | None:
    """Read what is wanted; None where it is nothing that can be made."""
    query = request.query_params
    ending, language = str(query.get("as", ENDINGS[kind][0])), str(query.get("language", ""))
    language = language or at.language_of(request)
    if ending not in ENDINGS[kind] or language not in _LANGUAGES:
        return None
    return Wish(
        kind=kind,
        who=account.name,
        of=names.get("fair") or names["tour"],
        ending=ending,
        language=language,
        about=names.get("partner") or names.get("session", ""),
        leaving=kind is Kind.REPORT and query.get("leaving") == "1",
    )


async def _asked(
    request: _AnyRequest, site: Site, hall: Hall, wish: Wish, title: str
) -> Response[Any] | Stream:
    """Have a file made, and give it where that takes but a moment."""
    # Twice: somebody who pressed twice has one request that nobody waits for any more, and it took the file.
    for _ in range(2):
        job = site.desk.ask(hall.source.body, wish, hall.make)
        if job is None:
            crowded = _told(request, site, CROWDED, HTTP_503_SERVICE_UNAVAILABLE)
            crowded.headers["retry-after"] = "10"
            return crowded
        with suppress(TimeoutError):
            await asyncio.wait_for(job.done.wait(), None if bearer(request) else AT_ONCE_S)
        if not job.done.is_set():
            return _waits(request, site, job, title)
        if handed := _handed(request, site, job, title):
            return handed
    return _told(request, site, TAKEN, HTTP_410_GONE)


def _handed(request: _AnyRequest, site: Site, job: Job, title: str) -> Response[Any] | Stream | None:
    """Give the file, or say that it was not made; None where somebody has it already."""
    if job.failed:
        site.desk.drop(job)
        return _told(request, site, NOT_MADE, HTTP_500_INTERNAL_SERVER_ERROR)
    file = job.take()
    site.desk.drop(job)
    if file is None:
        return None
    size = file.seek(0, 2)
    file.seek(0)
    headers = {
        "content-length": str(size),
        "content-disposition": disposition(job.wish.name, named(title, job.wish.ending)),
        "cache-control": "no-store",
    }
    return Stream(_read(file), media_type=MEDIA[job.wish.ending], headers=headers)


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _waits(request: _AnyRequest, site: Site, job: Job, title: str) -> Response[str]:
    """Say that a file is being made, and ask again by itself; then fetch it."""
    ready = job.done.is_set()
    # The query is ours: what may stand in it was read by _wish.
    again = f"{request.url.path}?{_query(job)}"
    target = f"{again}&take=1" if ready else again
    done, in_all = job.progress
    words = site.words[at.language_of(request)]
    response = draw(
        request,
        site,
        "waiting.html",
        HTTP_200_OK if ready else HTTP_202_ACCEPTED,
        path=request.url.path,
        title=title,
        ready=ready and not job.failed,
        target=target,
        back=_back(request),
        share=round(100 * done / in_all) if in_all else None,
        told=words.text("{count} of {all}", count=words.number(done), all=words.number(in_all))
        if in_all
        else "",
    )
    response.headers["refresh"] = f"{0 if ready else AGAIN_S}; url={target}"
    return response


def _query(job: Job) -> str:
    wish = job.wish
    return f"as={wish.ending}&language={wish.language}{'&leaving=1' if wish.leaving else ''}&job={job.id}"


def _back(request: _AnyRequest) -> str:
    """Give where the list of files is from which this one was chosen."""
    return request.url.path.partition("/files/")[0] + "/files"


def _told(request: _AnyRequest, site: Site, told: tuple[str, str], status: int) -> Response[str]:
    return message(request, site, told, status, path=_back(request), again=_back(request))
