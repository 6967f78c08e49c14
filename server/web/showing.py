"""Shows live pages: for each view its page, its stream, and what can be done on it."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, ServiceUnavailableException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Stream
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_403_FORBIDDEN,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from server import NotNowError, ServerError
from server.rules.access import Account, Action
from server.web import asking as at
from server.web.doors import OUT_OF_DATE
from server.web.guard import SIGNED_IN, ThisAccount
from server.web.hub import ALL_FAIRS, MOST_VIEWERS, Followed, Shown
from server.web.outlook import Outlook
from server.web.pages import TRY_AGAIN, draw, message
from server.web.site import Site, ThisSite
from server.web.views.every import HOMES, VIEWS, view
from server.web.views.view import Doing, View, opt_of

EVENTS: Final = "text/event-stream"
REFUSED: Final = "That was not done"
_NO_FAIR: Final = ("No fair yet", "On the server:")
_NOTHING_YET: Final = ("Nothing to see here yet", "No page has been made for your account so far.")
_AnyRequest = Request[Any, Any, Any]


@get("/", include_in_schema=False, opt=SIGNED_IN)
async def home(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
    """Show what an account begins with, of the fair of today, or the nearest, that it may know of."""
    hall, now = site.hall(account), site.clock()

    def begin() -> tuple[View, dict[str, str]] | bool:
        outlook = Outlook.of(account, hall)
        for name in HOMES:
            wanted = view(name)
            params = outlook.nearest(wanted, now) if wanted else None
            if wanted and params is not None:
                return wanted, params
        return outlook.knows_a_fair

    found = await site.hub.reading(begin)
    if not isinstance(found, bool):
        return await _show(request, site, account, *found)
    return message(
        request,
        site,
        _NOTHING_YET if found else _NO_FAIR,
        command="" if found else "riwaq-server tour load FILE",
    )


def routes() -> list[HTTPRouteHandler]:
    """Give the routes of every view."""
    found: list[HTTPRouteHandler] = [home]
    for each in VIEWS:
        found += [_page(each), _stream(each)]
        found += [_doing(each, name, doing) for name, doing in each.doings.items()]
    return found


def _page(shown: View) -> HTTPRouteHandler:
    @get(shown.path, include_in_schema=False, opt=shown.opt, name=f"{shown.name}-page")
    async def page(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
        return await _show(request, site, account, shown, _named(request))

    return page


def _stream(shown: View) -> HTTPRouteHandler:
    @get(
        f"{shown.path}/live",
        include_in_schema=False,
        opt=shown.opt,
        name=f"{shown.name}-stream",
        media_type=EVENTS,
    )
    async def stream(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Stream:
        params = _named(request)
        if shown.audit:
            await site.looks.followed(account, shown.audit, params)
        followed = _followed(site, account, shown, params)
        return await streamed(request, site, followed, at.language_of(request))

    return stream


def _doing(shown: View, name: str, doing: Doing) -> HTTPRouteHandler:
    @post(
        f"{shown.path}/{name}",
        include_in_schema=False,
        status_code=HTTP_200_OK,
        opt=opt_of(doing.action, doing.find),
        name=f"{shown.name}-{name}",
    )
    async def do(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
        form = await at.fields_of(request)
        params, hall = _named(request), site.hall(account)
        do = hall.doers[f"{shown.name}.{name}"]
        back = shown.address(params)
        if not at.form_is_ours(request, form.pop("form", "")):
            told = (REFUSED, OUT_OF_DATE)
            return message(request, site, told, HTTP_403_FORBIDDEN, path=back, again=back)
        try:
            await site.writing(lambda: do(account, {**form, **params}))
        except NotNowError as problem:
            site.on_trouble(f"page: {problem}")
            told = (REFUSED, TRY_AGAIN)
            return message(request, site, told, HTTP_503_SERVICE_UNAVAILABLE, path=back, again=back)
        except ServerError as problem:
            return message(request, site, (REFUSED, str(problem)), path=back, again=back)
        site.hub.notify(hall.source.body, {ALL_FAIRS})
        return Redirect(back, status_code=HTTP_303_SEE_OTHER)

    return do


async def streamed(request: _AnyRequest, site: Site, followed: Followed, language: str) -> Stream:
    """Answer with a stream of a page that is followed; raises what tells why not."""
    if site.hub.viewers >= MOST_VIEWERS:
        raise ServiceUnavailableException("too many pages listen already", headers={"retry-after": "30"})
    messages = await site.hub.follow(followed, language, may_go_on=lambda: site.guard.is_still(request))
    if messages is None:
        raise NotFoundException
    # Proxies that gather before they pass on would hold up the page.
    return Stream(messages, media_type=EVENTS, headers={"x-accel-buffering": "no"})


async def _show(
    request: _AnyRequest, site: Site, account: Account, shown: View, params: Mapping[str, str]
) -> Response[str]:
    language, hall = at.language_of(request), site.hall(account)
    now, words = site.clock(), site.words[language]

    def read() -> tuple[Any, str, Outlook] | None:
        data = hall.readers[shown.name](params, account.holder)
        if data is None:
            return None
        at_time = words.moment(now, hall.zone_of(params.get("fair", "")), now)
        return shown.words(data, words, now), at_time, Outlook.of(account, hall)

    found = await site.hub.reading(read)
    if found is None:
        raise NotFoundException
    page, at_time, outlook = found
    if shown.audit:
        await site.looks.opened(account, shown.audit, params)
    address = shown.address(params)
    return draw(
        request,
        site,
        shown.template,
        path=address,
        page=page,
        at=at_time,
        kind=shown.kind,
        address=address,
        asked=request.query_params,
        menu=outlook.menu(VIEWS, shown, params, words, now),
        fairs=outlook.others(shown, params, words),
        may=lambda action: outlook.grants(Action(action), params),
    )


def _followed(site: Site, account: Account, shown: View, params: Mapping[str, str]) -> Followed:
    hall, holder = site.hall(account), account.holder

    def render(languages: Collection[str]) -> dict[str, Shown]:
        data = hall.readers[shown.name](params, holder)
        if data is None:
            return {}
        now, zone = site.clock(), hall.zone_of(params.get("fair", ""))
        found: dict[str, Shown] = {}
        for language in languages:
            words = site.words[language]
            parts = site.parts(shown.template, language, shown.words(data, words, now))
            found[language] = (parts, words.moment(now, zone, now))
        return found

    reach = holder if shown.by_holder else None
    return Followed(
        key=(hall.source.body, shown.name, tuple(sorted(params.items())), reach),
        body=hall.source.body,
        fair=shown.moves(params),
        render=render,
    )


def _named(request: _AnyRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.path_params.items()}
