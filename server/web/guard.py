"""Who is asking, and whether they may: one place for pages, files and API.

A person comes with a session's cookie, a program with a token. Both may read; nothing on the
page changes the ledger.
"""

import hmac
import ipaddress
import re
import secrets
from typing import Any, Final

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from server.rules.wording import choose_language
from server.web.accounts import WebAccounts
from server.web.sessions import LONGEST_MS, Sessions

SESSION: Final = "riwaq_session"
FORM: Final = "riwaq_form"
LANGUAGE: Final = "riwaq_language"
THEME: Final = "riwaq_theme"
THEMES: Final = ("auto", "light", "dark")
_YEAR_S: Final = 365 * 24 * 3600
_FORM_S: Final = 12 * 3600
_INSIDE: Final = re.compile(r"/(fair/[a-z0-9-]{1,64})?")
Connection = ASGIConnection[Any, Any, Any, Any]


class Guard:
    """Judges connections by sessions and accounts."""

    def __init__(self, sessions: Sessions, accounts: WebAccounts) -> None:
        self._sessions = sessions
        self._accounts = accounts

    def may_read(self, connection: Connection) -> bool:
        """Say whether the connection belongs to somebody who signed in, or to a program with the token."""
        token = bearer(connection)
        if token:
            return self._accounts.knows_token(token)
        return self._sessions.account(connection.cookies.get(SESSION, "")) is not None

    async def readers(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Guard what only readers may see."""
        if not self.may_read(connection):
            raise NotAuthorizedException("sign in first, or send a token: Authorization: Bearer …")

    async def monitors(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Guard the figures for monitoring: this machine's programs, and those with the token."""
        token = bearer(connection)
        if token and self._accounts.knows_token(token):
            return
        if token or not is_local(connection):
            raise PermissionDeniedException("from another machine, send the token: Authorization: Bearer …")


def bearer(connection: Connection) -> str:
    """Give the token that a program sent, or an empty text."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_local(connection: Connection) -> bool:
    """Say whether the connection comes from this machine, and not through a proxy from another."""
    if connection.headers.get("x-forwarded-for") or connection.headers.get("forwarded"):
        return False
    try:
        address = ipaddress.ip_address(connection.client.host if connection.client else "")
    except ValueError:
        return False
    return address.is_loopback


def address_of(connection: Connection) -> str:
    """Give whose attempts are counted together: an IPv4 address, or an IPv6 network of one household."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "?"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


def language_of(request: Connection) -> str:
    """Give the language of an answer: ``?lang=``, the cookie, the browser's wish."""
    wanted = request.query_params.get("lang", "") or request.cookies.get(LANGUAGE, "")
    return choose_language(str(wanted), request.headers.get("accept-language", ""))


def theme_of(request: Connection) -> str:
    """Give ``light``, ``dark`` or ``auto``."""
    wanted = str(request.query_params.get("theme", "") or request.cookies.get(THEME, ""))
    return wanted if wanted in THEMES else THEMES[0]


def where_next(path: str) -> str:
    """Give where to go after signing in: a page of ours, whatever a link said."""
    return path if _INSIDE.fullmatch(path) else "/"


def session_cookie(request: Request[Any, Any, Any], value: str) -> Cookie:
    """Make the session's cookie, or the one that takes it away (empty value)."""
    return _cookie(request, SESSION, value, LONGEST_MS // 1000 if value else 0)


def form_cookie(request: Request[Any, Any, Any]) -> Cookie:
    """Make the cookie that a form's hidden field must agree with."""
    return _cookie(request, FORM, request.cookies.get(FORM) or secrets.token_urlsafe(32), _FORM_S)


def wish_cookie(request: Request[Any, Any, Any], key: str, value: str) -> Cookie:
    """Make a cookie that remembers a language or a theme."""
    return _cookie(request, key, value, _YEAR_S)


def form_is_ours(request: Request[Any, Any, Any], field: str) -> bool:
    """Say whether a form was filled in on our page: another site cannot read or set our cookie."""
    cookie = request.cookies.get(FORM, "")
    is_from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    return bool(cookie) and not is_from_elsewhere and hmac.compare_digest(cookie.encode(), field.encode())


def _cookie(request: Request[Any, Any, Any], key: str, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=key,
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
