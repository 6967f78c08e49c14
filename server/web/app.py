"""Puts the page together: routes, guards, headers, the API's description."""

from typing import Any, Final, cast

from litestar import Litestar, Request, Router
from litestar.config.response_cache import ResponseCacheConfig
from litestar.datastructures import CacheControlHeader, MutableScopeHeaders
from litestar.di import Provide
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.response.base import Response
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope

from server.rules.access import Account
from server.web import asking as at
from server.web import doors, downloads, member_pages, own_account, pages, showing
from server.web.api.describing import DocstringPlugin
from server.web.api.every import routers
from server.web.asking import SESSION
from server.web.guard import OPEN, Connection, account_of, check_routes
from server.web.site import Site

MOST_BODY: Final = 16 * 1024
_YEAR_S: Final = 365 * 24 * 3600
_DOCS: Final = "/api/docs"

HEADERS: Final = {
    # Scripts and styles are files of ours; nothing is fetched from anywhere else.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def make_app(site: Site) -> Litestar:
    """Give the application of one site; raises :class:`WebError` for a route that says not who may use it."""

    async def opened() -> None:
        await site.hub.open()
        site.is_open.set()

    def provide() -> Site:
        return site

    def served(request: Request[Any, Any, Any]) -> Account | None:
        return account_of(request)

    def told(request: Request[Any, Any, Any], problem: Exception) -> Response[Any]:
        return pages.told(request, problem, site)

    # Plain functions: Litestar copies what it is given, and locks cannot be copied.
    async def judge(connection: Connection, handler: BaseRouteHandler) -> None:
        await site.guard.judge(connection, handler)

    app = Litestar(
        guards=[judge],
        route_handlers=[
            *showing.routes(),
            *doors.ROUTES,
            *own_account.ROUTES,
            *downloads.routes(),
            *member_pages.ROUTES,
            *routers(),
            create_static_files_router(
                f"/static/{site.build}",
                directories=cast("list[Any]", site.static),
                cache_control=CacheControlHeader(max_age=_YEAR_S, public=True, immutable=True),
                opt=OPEN,
            ),
        ],
        dependencies={
            "site": Provide(provide, sync_to_thread=False),
            "account": Provide(served, sync_to_thread=False),
        },
        exception_handlers={Exception: told},
        on_startup=[opened],
        on_shutdown=[site.close],
        before_send=[_add_headers],
        request_max_body_size=MOST_BODY,
        openapi_config=_description(site),
        plugins=[DocstringPlugin()],
        logging_config=None,
        response_cache_config=ResponseCacheConfig(),
    )
    check_routes(app)
    return app


async def _add_headers(message: Message, _: Scope) -> None:
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    # What one person sees is kept by no browser and no proxy; files of ours say otherwise themselves.
    headers.setdefault("cache-control", "no-store")


def _description(site: Site) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Riwaq",
        version="1",
        summary="Figures of fairs and tours, their booths, sessions and kiosks.",
        openapi_router=Router(_DOCS, route_handlers=[], include_in_schema=False, opt=OPEN),
        components=Components(
            security_schemes={
                "session": SecurityScheme(
                    type="apiKey", name=SESSION, security_scheme_in="cookie", description="Who signed in."
                ),
                "token": SecurityScheme(
                    type="http", scheme="bearer", description="A token of  riwaq-server account token"
                ),
            }
        ),
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin(path="/openapi.json"), _Docs(site)],
    )


class _Docs(OpenAPIRenderPlugin):
    """Lists the API on a page of ours: the usual ones fetch their scripts from elsewhere."""

    def __init__(self, site: Site) -> None:
        super().__init__(path="/")
        self._site = site

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Draw the page."""
        language, theme = at.language_of(request), at.theme_of(request)
        form = at.form_cookie(request).value
        return self._site.render(
            "docs.html", language, theme, _DOCS, api=openapi_schema, form=form, docs=_DOCS, account=""
        ).encode()
