"""Pages for people: the fair, and what to say when something is not there or not for them."""

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from server import ServerError
from server.rules.access import Account, Action, may
from server.rules.pages.board import current_fair
from server.rules.fair import FairDefinition
from server.rules.things import fair_thing
from server.web import asking as at
from server.web.asking import LANGUAGE, THEME
from server.web.guard import SIGNED_IN, ThisAccount, account_of, needs
from server.web.site import Site, ThisSite
from server.web.things import the_fair

HTML: Final = "text/html; charset=utf-8"
_FOR_PROGRAMS: Final = ("/api", "/metrics", "/health", "/static")
_TOLD: Final = {
    HTTP_403_FORBIDDEN: (
        "This is not for your account",
        "If you need it, ask whoever gave you the account.",
    ),
    HTTP_404_NOT_FOUND: ("Nothing is here", "The address may be old. Start from the first page."),
    HTTP_503_SERVICE_UNAVAILABLE: (
        "The figures cannot be read just now",
        "Nothing is lost. Please try again in a moment.",
    ),
}
_NO_FAIR: Final = ("No fair yet", "On the server:")
_NOTHING_YET: Final = ("Nothing to see here yet", "No page has been made for your account so far.")
_TOLD_ELSE: Final = ("That did not work", "Please go back and try again.")
_AnyRequest = Request[Any, Any, Any]


def draw(
    request: _AnyRequest,
    site: Site,
    template: str,
    status: int = HTTP_200_OK,
    *,
    cookies: list[Cookie] | None = None,
    path: str = "",
    **values: Any,
) -> Response[str]:
    """Draw a page in the reader's language and theme, and remember what was asked for.

    ``path`` is where the page can be asked for again, where that is not the request's own.
    """
    language, theme = at.language_of(request), at.theme_of(request)
    form = at.form_cookie(request)
    kept = [form, *(cookies or [])]
    if "lang" in request.query_params:
        kept.append(at.wish_cookie(request, LANGUAGE, language))
    if "theme" in request.query_params:
        kept.append(at.wish_cookie(request, THEME, theme))
    account = account_of(request)
    html = site.render(
        template,
        language,
        theme,
        path or request.url.path,
        form=form.value,
        account=account.name if account else "",
        **values,
    )
    return Response(html, status_code=status, media_type=HTML, cookies=kept)


@get("/", include_in_schema=False, opt=SIGNED_IN)
async def home(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
    """Show the fair of today, or the nearest, of those that one may see."""
    fairs = await site.hub.reading(site.source.fairs)
    seen = _seen(account, fairs)
    if seen:
        return await _fair(request, site, current_fair(seen, site.clock()) or seen[0].fair.id, seen)
    told = _NOTHING_YET if fairs else _NO_FAIR
    return message(request, site, told, command="" if fairs else "riwaq-server tour load FILE")


@get("/fair/{fair:str}", include_in_schema=False, opt=needs(Action.SEE_FAIR, the_fair))
async def fair_page(
    request: _AnyRequest, site: ThisSite, account: ThisAccount, fair: FromPath[str]
) -> Response[str]:
    """Show one fair."""
    return await _fair(request, site, fair, _seen(account, await site.hub.reading(site.source.fairs)))


def _seen(account: Account, fairs: Sequence[FairDefinition]) -> list[FairDefinition]:
    return [each for each in fairs if may(account.holder, Action.SEE_FAIR, fair_thing(each))]


async def _fair(request: _AnyRequest, site: Site, fair: str, seen: Sequence[FairDefinition]) -> Response[str]:
    language = at.language_of(request)
    found = await site.hub.page(fair, language)
    if found is None:
        raise NotFoundException
    page, at_time = found
    words = site.words[language]
    fairs = [(entry.fair.id, words.name(entry.fair.names, entry.fair.id)) for entry in seen]
    return draw(request, site, "fair.html", page=page, at=at_time, fairs=fairs)


def to_sign_in(request: _AnyRequest) -> Response[str]:
    """Send somebody to the door, and back here after it."""
    wanted = at.where_next(request.url.path)
    query = "" if wanted == "/" else f"?next={wanted}"
    return Redirect(f"/sign-in{query}", status_code=HTTP_303_SEE_OTHER)


def told(request: _AnyRequest, problem: Exception, site: Site) -> Response[Any]:
    """Answer a request that cannot be met: words for people, JSON for programs."""
    headers = dict(getattr(problem, "headers", None) or {})
    if isinstance(problem, HTTPException):
        status, detail = problem.status_code, problem.detail
    elif isinstance(problem, ServerError):
        status, detail = HTTP_503_SERVICE_UNAVAILABLE, "the ledger cannot be read just now; try again"
        site.on_trouble(f"page: {problem}")
    else:
        status, detail = HTTP_500_INTERNAL_SERVER_ERROR, "the server has failed here; its log says where"
        site.on_trouble(f"page: {_place_of(problem)}")
    if request.url.path.startswith(_FOR_PROGRAMS):
        if status == HTTP_401_UNAUTHORIZED:
            headers["www-authenticate"] = 'Bearer realm="riwaq"'
        content = {"status_code": status, "detail": detail}
        return Response(content, status_code=status, media_type="application/json", headers=headers)
    if status == HTTP_401_UNAUTHORIZED:
        return to_sign_in(request)
    response = message(request, site, _TOLD.get(status, _TOLD_ELSE), status, again=True)
    response.headers.update(headers)
    return response


def message(
    request: _AnyRequest,
    site: Site,
    told: tuple[str, str],
    status: int = HTTP_200_OK,
    **values: Any,
) -> Response[str]:
    """Draw a page that says one thing: its title, and a sentence."""
    words = site.words[at.language_of(request)]
    title, sentence = (words.text(text) for text in told)
    shown = {"command": "", "again": False, **values}
    return draw(request, site, "message.html", status, title=title, message=sentence, **shown)


def _place_of(problem: Exception) -> str:
    """Say what went wrong where; the problem's own words may quote what somebody sent."""
    last = traceback.extract_tb(problem.__traceback__)[-1:]
    where = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return f"{type(problem).__name__}{where}"
