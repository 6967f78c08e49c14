"""What a request says of itself: token, address, language, theme, forms; and the cookies that answer."""

import hmac
import ipaddress
import re
import secrets
from typing import Any, Final

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import Cookie

from server.rules.wording import choose_language
from server.web.sessions import LONGEST_MS

SESSION: Final = "riwaq_session"
FORM: Final = "riwaq_form"
LANGUAGE: Final = "riwaq_language"
THEME: Final = "riwaq_theme"
THEMES: Final = ("auto", "light", "dark")
_YEAR_S: Final = 365 * 24 * 3600
_FORM_S: Final = 12 * 3600
_INSIDE: Final = re.compile(r"/(?:[a-z0-9_:-]{1,80}(?:/[a-z0-9_:-]{1,80}){0,6})?")
Connection = ASGIConnection[Any, Any, Any, Any]


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


async def fields_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Give a form's fields; without the character that no text of people holds, and no database takes."""
    return {name: str(value).replace("\0", "") for name, value in (await request.form()).items()}


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
