"""Signing in, with a one-time code where that is asked for, and out; a password by a one-time link."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_410_GONE,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from server import ServerError
from server.rules.access import Account
from server.rules.names import tidy
from server.rules.passwords import LONGEST, SHORTEST, objection
from server.rules.wording import Words
from server.web import asking as at
from server.web.asking import SESSION
from server.web.guard import OPEN
from server.web.pages import draw, message
from server.web.site import Site, ThisSite

_MOST_AT_THE_DOOR: Final = 20
_MINUTE_S: Final = 60
LINK_IS_OVER: Final = (
    "This link is no longer good",
    "It is good once, and for one day. Ask whoever gave it to you for a new one.",
)
OUT_OF_DATE: Final = "This form was out of date. Please try again."
CROWDED: Final = "Too many people sign in at once. Please try again in a moment."
_AnyRequest = Request[Any, Any, Any]


# -- by name and password ----------------------------------------------------------------------


@get("/sign-in", include_in_schema=False, opt=OPEN)
async def sign_in_page(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """Ask who is there."""
    wanted = at.where_next(str(request.query_params.get("next", "/")))
    if await site.guard.who(request) is not None:
        return Redirect(wanted, status_code=HTTP_303_SEE_OTHER)
    return _ask(request, site, wanted)


@post("/sign-in", include_in_schema=False, status_code=HTTP_200_OK, opt=OPEN)
async def sign_in(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """Check name and password, one attempt at a time."""
    form = await at.fields_of(request)
    name, password, wanted = (form.get(field, "") for field in ("name", "password", "next"))
    name, wanted = tidy(name[:LONGEST]), at.where_next(wanted)
    words = site.words[at.language_of(request)]
    if not at.form_is_ours(request, form.get("form", "")):
        return _ask(request, site, wanted, name, words.text(OUT_OF_DATE), HTTP_403_FORBIDDEN)
    response = await _in_line(site, lambda: _check(request, site, name, password, wanted))
    return response or _ask(request, site, wanted, name, words.text(CROWDED), HTTP_503_SERVICE_UNAVAILABLE)


async def _check(request: _AnyRequest, site: Site, name: str, password: str, wanted: str) -> Response[str]:
    words = site.words[at.language_of(request)]
    address = at.address_of(request)
    # Only names that exist are counted by name: invented ones would fill the memory.
    known = name if await site.hub.reading(lambda: site.accounts.find(name)) else ""
    if wait := site.throttle.wait_s(address, known):
        response = _ask(request, site, wanted, name, _too_many(words, wait), HTTP_429_TOO_MANY_REQUESTS)
        response.headers["retry-after"] = str(wait)
        return response
    account: Account | None = await site.checking(lambda: site.accounts.verify(name, password))
    if account is None:
        site.throttle.wrong(address, known)
        told = words.text("Name or password is not right. Please check both and try again.")
        return _ask(request, site, wanted, name, told, HTTP_401_UNAUTHORIZED)
    if account.has_code:
        return _ask_code(request, site, site.doorstep.let_wait(account), wanted)
    return await enter(request, site, account, wanted)


@post("/sign-in/code", include_in_schema=False, status_code=HTTP_200_OK, opt=OPEN)
async def sign_in_code(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """Check the one-time code of somebody whose password was right, one attempt at a time."""
    form = await at.fields_of(request)
    ticket, code, wanted = (form.get(field, "") for field in ("ticket", "code", "next"))
    wanted = at.where_next(wanted)
    if not at.form_is_ours(request, form.get("form", "")):
        told = site.words[at.language_of(request)].text(OUT_OF_DATE)
        return _ask(request, site, wanted, told=told, status=HTTP_403_FORBIDDEN)
    # Not in the line of passwords: a code is written, and what waits for the store holds up no password.
    async with site.doorstep.turn:
        return await _check_code(request, site, ticket, code, wanted)


async def _check_code(request: _AnyRequest, site: Site, ticket: str, code: str, wanted: str) -> Response[str]:
    words = site.words[at.language_of(request)]
    address = at.address_of(request)
    account = site.doorstep.who(ticket)
    if account is None:
        return _ask(request, site, wanted, told=words.text(OUT_OF_DATE), status=HTTP_403_FORBIDDEN)
    if wait := site.throttle.wait_s(address, account.name):
        response = _ask_code(
            request, site, ticket, wanted, _too_many(words, wait), HTTP_429_TOO_MANY_REQUESTS
        )
        response.headers["retry-after"] = str(wait)
        return response
    is_right = await site.writing(lambda: site.accounts.check_code(account.name, code[:LONGEST]))
    if not is_right:
        site.throttle.wrong(address, account.name)
        site.doorstep.wrong(ticket)
        told = words.text("The code is not right. Please type the one that your telephone shows now.")
        if site.doorstep.who(ticket) is None:
            return _ask(request, site, wanted, told=told, status=HTTP_401_UNAUTHORIZED)
        return _ask_code(request, site, ticket, wanted, told, HTTP_401_UNAUTHORIZED)
    site.doorstep.leave(ticket)
    if await site.hub.reading(lambda: site.accounts.find(account.name)) != account:
        # Disabled, or given another password, while the code was typed.
        return _ask(request, site, wanted, told=words.text(OUT_OF_DATE), status=HTTP_403_FORBIDDEN)
    return await enter(request, site, account, wanted)


@post("/sign-out", include_in_schema=False, status_code=HTTP_303_SEE_OTHER, opt=OPEN)
async def sign_out(request: _AnyRequest, site: ThisSite) -> Response[str]:
    """End the session."""
    form = await at.fields_of(request)
    if not at.form_is_ours(request, form.get("form", "")):
        # Without the cookie alone one would seem to be out, and the session and its streams would go on.
        return message(request, site, ("That did not work", OUT_OF_DATE), HTTP_403_FORBIDDEN, again="/")
    site.sessions.end(request.cookies.get(SESSION, ""))
    response = Redirect("/sign-in", status_code=HTTP_303_SEE_OTHER)
    response.cookies.append(at.session_cookie(request, ""))
    return response


# -- by a one-time link ------------------------------------------------------------------------


@get("/begin/{link:str}", include_in_schema=False, opt=OPEN)
async def begin_page(request: _AnyRequest, site: ThisSite, link: FromPath[str]) -> Response[str]:
    """Ask for a password of one's own. Looking does not use the link: programs that check mail look, too."""
    account = await site.hub.reading(lambda: site.accounts.linked(link))
    if account is None:
        return message(request, site, LINK_IS_OVER, HTTP_410_GONE)
    return _ask_password(request, site, account)


@post("/begin/{link:str}", include_in_schema=False, status_code=HTTP_200_OK, opt=OPEN)
async def begin(request: _AnyRequest, site: ThisSite, link: FromPath[str]) -> Response[str]:
    """Take the password, and let in whoever has set it; with codes, by the usual door."""
    form = await at.fields_of(request)
    password, again = (form.get(field, "") for field in ("password", "again"))
    words = site.words[at.language_of(request)]
    account = await site.hub.reading(lambda: site.accounts.linked(link))
    if account is None:
        return message(request, site, LINK_IS_OVER, HTTP_410_GONE)
    if not at.form_is_ours(request, form.get("form", "")):
        return _ask_password(request, site, account, words.text(OUT_OF_DATE), HTTP_403_FORBIDDEN)
    if told := _objection(words, password, again, account.name):
        return _ask_password(request, site, account, told, HTTP_400_BAD_REQUEST)

    async def taken() -> Response[str]:
        found: Account | None = await site.checking(lambda: site.accounts.set_password(link, password))
        if found is None:
            return message(request, site, LINK_IS_OVER, HTTP_410_GONE)
        if found.has_code:
            return Redirect("/sign-in", status_code=HTTP_303_SEE_OTHER)
        return await enter(request, site, found, "/")

    crowded = words.text(CROWDED)
    return await _in_line(site, taken) or _ask_password(
        request, site, account, crowded, HTTP_503_SERVICE_UNAVAILABLE
    )


def _objection(words: Words, password: str, again: str, name: str) -> str:
    match objection(password, name):
        case "short":
            return words.counted(
                "Please choose at least {count} character.",
                "Please choose at least {count} characters.",
                SHORTEST,
            )
        case "long":
            return words.text("That is too long. Please choose something shorter.")
        case "plain":
            return words.text("That is easy to guess. Please choose something else.")
    return "" if password == again else words.text("The two are not the same. Please type both again.")


# -- inside ------------------------------------------------------------------------------------


async def _in_line(site: Site, answer: Callable[[], Awaitable[Response[str]]]) -> Response[str] | None:
    """Wait one's turn where passwords are checked; None where the line is too long."""
    if site.at_the_door >= _MOST_AT_THE_DOOR:
        return None
    site.at_the_door += 1
    try:
        async with site.door:
            return await answer()
    finally:
        site.at_the_door -= 1


async def enter(request: _AnyRequest, site: Site, account: Account, wanted: str) -> Response[str]:
    """Begin a session, and end the one that this browser had."""
    site.throttle.right(at.address_of(request), account.name)
    cookie = await site.checking(lambda: site.sessions.begin(account))
    site.sessions.end(request.cookies.get(SESSION, ""))

    def note() -> None:
        try:
            site.accounts.note_sign_in(account.name)
        except ServerError as problem:
            site.on_trouble(f"page: when somebody signed in could not be written ({problem})")

    # Nobody waits for that.
    site.writer.submit(note)
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


def _ask(  # noqa: PLR0917 - what the form shows, in its order
    request: _AnyRequest, site: Site, wanted: str, name: str = "", told: str = "", status: int = HTTP_200_OK
) -> Response[str]:
    return draw(
        request, site, "sign_in.html", status, path="/sign-in", wanted=wanted, message=told, name=name
    )


def _ask_code(  # noqa: PLR0917 - as above
    request: _AnyRequest, site: Site, ticket: str, wanted: str, told: str = "", status: int = HTTP_200_OK
) -> Response[str]:
    return draw(
        request, site, "code.html", status, path="/sign-in", ticket=ticket, wanted=wanted, message=told
    )


def _ask_password(
    request: _AnyRequest, site: Site, account: Account, told: str = "", status: int = HTTP_200_OK
) -> Response[str]:
    return draw(request, site, "begin.html", status, message=told, name=account.name, shortest=SHORTEST)


ROUTES: Final = [
    sign_in_page,
    sign_in,
    sign_in_code,
    sign_out,
    begin_page,
    begin,
]
