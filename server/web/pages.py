"""Pages for people: signing in and out, the fair, and what to say when something is not there."""

import asyncio
import traceback
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get, post
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
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from server import ServerError
from server.rules.board import current_fair
from server.rules.wording import Words
from server.web import FIRST_ACCOUNT
from server.web import guard as at
from server.web.accounts import LONGEST
from server.web.guard import LANGUAGE, SESSION, THEME
from server.web.site import Site, ThisSite

HTML: Final = "text/html; charset=utf-8"
_MOST_AT_THE_DOOR: Final = 20
_MINUTE_S: Final = 60
_FOR_PROGRAMS: Final = ("/api", "/metrics", "/health", "/static")
_TOLD: Final = {
    HTTP_404_NOT_FOUND: ("Nothing is here", "The address may be old. Start from the first page."),
    HTTP_503_SERVICE_UNAVAILABLE: (
        "The figures cannot be read just now",
        "Nothing is lost. Please try again in a moment.",
    ),
}
_TOLD_ELSE: Final = ("That did not work", "Please go back and try again.")
_AnyRequest = Request[Any, Any, Any]


def draw(
    request: _AnyRequest,
    site: Site,
    template: str,
    status: int = HTTP_200_OK,
    cookies: list[Cookie] | None = None,
    **values: Any,
) -> Response[str]:
    """Draw a page in the reader's language and theme, and remember what was asked for."""
    language, theme = at.language_of(request), at.theme_of(request)
    form = at.form_cookie(request)
    kept = [form, *(cookies or [])]
    if "lang" in request.query_params:
        kept.append(at.wish_cookie(request, LANGUAGE, language))
    if "theme" in request.query_params:
        kept.append(at.wish_cookie(request, THEME, theme))
    html = site.render(template, language, theme, request.url.path, form=form.value, **values)
    return Response(html, status_code=status, media_type=HTML, cookies=kept)


@get("/", include_in_schema=False)
async def home(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """Show the fair of today, or the nearest."""
    if not site.guard.may_read(request):
        return _to_sign_in(request)
    fairs = await site.hub.reading(site.source.fairs)
    fair = current_fair(fairs, site.clock())
    if fair is None:
        words = site.words[at.language_of(request)]
        return draw(
            request,
            site,
            "message.html",
            title=words.text("No fair yet"),
            message=words.text("On the server:"),
            command="riwaq-server tour load FILE",
            again=False,
        )
    return await _fair(request, site, fair)


@get("/fair/{fair:str}", include_in_schema=False)
async def fair_page(request: _AnyRequest, site: ThisSite, fair: FromPath[str]) -> Response[str]:
    """Show one fair."""
    if not site.guard.may_read(request):
        return _to_sign_in(request)
    return await _fair(request, site, fair)


async def _fair(request: _AnyRequest, site: Site, fair: str) -> Response[str]:
    language = at.language_of(request)
    found = await site.hub.page(fair, language)
    if found is None:
        raise NotFoundException
    page, at_time = found
    words = site.words[language]
    fairs = [
        (entry.fair.id, words.name(entry.fair.names, entry.fair.id))
        for entry in await site.hub.reading(site.source.fairs)
    ]
    return draw(request, site, "fair.html", page=page, at=at_time, fairs=fairs)


@get("/sign-in", include_in_schema=False)
async def sign_in_page(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """Ask who is there."""
    wanted = at.where_next(str(request.query_params.get("next", "/")))
    if site.guard.may_read(request):
        return Redirect(wanted, status_code=HTTP_303_SEE_OTHER)
    return _ask(request, site, wanted)


@post("/sign-in", include_in_schema=False, status_code=HTTP_200_OK)
async def sign_in(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """Check name and password, one attempt at a time."""
    form = await request.form()
    name, password, wanted = (str(form.get(field, "")) for field in ("name", "password", "next"))
    wanted = at.where_next(wanted)
    words = site.words[at.language_of(request)]
    if not at.form_is_ours(request, str(form.get("form", ""))):
        message = words.text("This form was out of date. Please try again.")
        return _ask(request, site, wanted, name, message, HTTP_403_FORBIDDEN)
    if site.at_the_door >= _MOST_AT_THE_DOOR:
        message = words.text("Too many people sign in at once. Please try again in a moment.")
        return _ask(request, site, wanted, name, message, HTTP_503_SERVICE_UNAVAILABLE)
    site.at_the_door += 1
    try:
        async with site.door:
            return await _check(request, site, name[:LONGEST], password, wanted)
    finally:
        site.at_the_door -= 1


async def _check(request: _AnyRequest, site: Site, name: str, password: str, wanted: str) -> Response[str]:
    words = site.words[at.language_of(request)]
    address = at.address_of(request)
    # Only names that exist are counted by name: invented ones would fill the memory.
    known = name if site.accounts.find(name) else ""
    wait = site.throttle.wait_s(address, known)
    if wait:
        message = _too_many(words, wait)
        response = _ask(request, site, wanted, name, message, HTTP_429_TOO_MANY_REQUESTS)
        response.headers["retry-after"] = str(wait)
        return response
    loop = asyncio.get_running_loop()
    account = await loop.run_in_executor(site.checker, site.accounts.verify, name, password)
    if account is None:
        site.throttle.wrong(address, known)
        message = words.text("Name or password is not right. Please check both and try again.")
        return _ask(request, site, wanted, name, message, HTTP_401_UNAUTHORIZED)
    site.throttle.right(address, known)
    cookie = await loop.run_in_executor(site.checker, site.sessions.begin, account)
    site.sessions.end(request.cookies.get(SESSION, ""))
    response = Redirect(wanted, status_code=HTTP_303_SEE_OTHER)
    response.cookies.append(at.session_cookie(request, cookie))
    return response


def _too_many(words: Words, wait: int) -> str:
    if wait < _MINUTE_S:
        return words.counted(
            "Too many wrong passwords. Please try again in {count} second.",
            "Too many wrong passwords. Please try again in {count} seconds.",
            wait,
        )
    return words.counted(
        "Too many wrong passwords. Please try again in {count} minute.",
        "Too many wrong passwords. Please try again in {count} minutes.",
        -(-wait // _MINUTE_S),
    )


@post("/sign-out", include_in_schema=False, status_code=HTTP_303_SEE_OTHER)
async def sign_out(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """End the session."""
    form = await request.form()
    if at.form_is_ours(request, str(form.get("form", ""))):
        site.sessions.end(request.cookies.get(SESSION, ""))
    response = Redirect("/sign-in", status_code=HTTP_303_SEE_OTHER)
    response.cookies.append(at.session_cookie(request, ""))
    return response


def _ask(  # noqa: PLR0917 - what the form shows, in its order
    request: _AnyRequest,
    site: Site,
    wanted: str,
    name: str = FIRST_ACCOUNT,
    message: str = "",
    status: int = HTTP_200_OK,
) -> Response[str]:
    return draw(request, site, "sign_in.html", status, wanted=wanted, message=message, name=name[:LONGEST])


def _to_sign_in(request: _AnyRequest) -> Response[str]:
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
    title, message = _TOLD.get(status, _TOLD_ELSE)
    words = site.words[at.language_of(request)]
    response = draw(
        request,
        site,
        "message.html",
        status,
        title=words.text(title),
        message=words.text(message),
        command="",
        again=True,
    )
    response.headers.update(headers)
    return response


def _place_of(problem: Exception) -> str:
    """Say what went wrong where; the problem's own words may quote what somebody sent."""
    last = traceback.extract_tb(problem.__traceback__)[-1:]
    where = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return f"{type(problem).__name__}{where}"
