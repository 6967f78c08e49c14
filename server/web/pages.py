"""Draws pages for people, and says what to do when something is not there or not for them."""

import re
import traceback
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException, ValidationException
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
from server.web import asking as at
from server.web.asking import LANGUAGE, THEME
from server.web.guard import account_of
from server.web.site import Site

HTML: Final = "text/html"
_FOR_PROGRAMS: Final = ("/api", "/metrics", "/health", "/static")
TRY_AGAIN: Final = "Nothing is lost. Please try again in a moment."
_TOLD: Final = {
    HTTP_403_FORBIDDEN: (
        "This is not for your account",
        "If you need it, ask whoever gave you the account.",
    ),
    HTTP_404_NOT_FOUND: ("Nothing is here", "The address may be old. Start from the first page."),
    HTTP_503_SERVICE_UNAVAILABLE: (
        "The figures cannot be read just now",
        TRY_AGAIN,
    ),
}
_QUOTED: Final = re.compile(r"(?<=value) .*", re.DOTALL)
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
        # Links begin with it: two slashes, or what browsers take for them, would lead to another server.
        "/" + (path or request.url.path).lstrip("/\\"),
        form=form.value,
        account=account.name if account else "",
        **values,
    )
    return Response(html, status_code=status, media_type=HTML, cookies=kept)


def to_sign_in(request: _AnyRequest) -> Response[str]:
    """Send somebody to the door, and back here after it."""
    wanted = at.where_next(request.url.path)
    query = "" if wanted == "/" else f"?next={wanted}"
    return Redirect(f"/sign-in{query}", status_code=HTTP_303_SEE_OTHER)


def told(request: _AnyRequest, problem: Exception, site: Site) -> Response[Any]:
    """Answer a request that cannot be met: words for people, JSON for programs."""
    headers = dict(getattr(problem, "headers", None) or {})
    if isinstance(problem, HTTPException):
        status, detail = problem.status_code, _detail_of(problem)
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
    response = message(request, site, _TOLD.get(status, _TOLD_ELSE), status, again="/")
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
    shown = {"command": "", "again": "", **values}
    return draw(request, site, "message.html", status, title=title, message=sentence, **shown)


def _detail_of(problem: HTTPException) -> str:
    """Say what was wrong with a request, without what stood in it."""
    if not isinstance(problem, ValidationException) or not isinstance(problem.extra, list):
        return problem.detail
    wrong = "; ".join(
        f"{entry['key']}: {_QUOTED.sub('', entry['message'])}" for entry in problem.extra if "key" in entry
    )
    return f"{wrong or 'a parameter is not as it should be'}. /api/docs says what each may be"


def _place_of(problem: Exception) -> str:
    """Say what went wrong where; the problem's own words may quote what somebody sent."""
    last = traceback.extract_tb(problem.__traceback__)[-1:]
    where = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return f"{type(problem).__name__}{where}"
