"""Members by name: a search, and one of them in full. Neither is live, and each is in the audit log.

What somebody looks for never stands in an address: addresses are kept in histories and logs.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_403_FORBIDDEN

from server.rules.access import Account, Action, Thing
from server.rules.pages.member import found_page, member_page
from server.web import asking as at
from server.web.doors import OUT_OF_DATE
from server.web.guard import ThisAccount, needs, needs_somewhere
from server.web.hall import Hall
from server.web.outlook import Outlook
from server.web.pages import draw, message
from server.web.showing import REFUSED
from server.web.site import Site, ThisSite
from server.web.views.every import VIEWS
from server.web.views.members import VIEW

_AnyRequest = Request[Any, Any, Any]


def the_member(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the member that is named."""
    return hall.finders["member"](path)


@post(
    "/members/find",
    include_in_schema=False,
    status_code=HTTP_200_OK,
    opt=needs_somewhere(Action.SEE_MEMBERS),
)
async def find(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
    """Tell who may be meant, masked."""
    form = await at.fields_of(request)
    if not at.form_is_ours(request, form.get("form", "")):
        told = (REFUSED, OUT_OF_DATE)
        return message(request, site, told, HTTP_403_FORBIDDEN, path=VIEW.path, again=VIEW.path)
    text = " ".join(form.get("text", "").split())
    if not text:
        return Redirect(VIEW.path, status_code=HTTP_303_SEE_OTHER)
    tell = site.hall(account).tellers["members.find"]
    found = await site.writing(lambda: tell(account, {"text": text}))
    page = found_page(found, site.words[at.language_of(request)])
    return await _draw(request, site, account, "members_found.html", page=page, text=text)


@get("/members/{member:str}", include_in_schema=False, opt=needs(Action.SEE_MEMBERS, the_member))
async def show(
    request: _AnyRequest, site: ThisSite, account: ThisAccount, member: FromPath[str]
) -> Response[str]:
    """Tell all of one member."""
    tell = site.hall(account).tellers["member"]
    seen = await site.writing(lambda: tell(account, {"member": member}))
    if seen is None:
        raise NotFoundException
    page = member_page(seen, site.words[at.language_of(request)], site.clock())
    return await _draw(request, site, account, "member.html", page=page)


async def _draw(
    request: _AnyRequest, site: Site, account: Account, template: str, **values: Any
) -> Response[str]:
    hall, words = site.hall(account), site.words[at.language_of(request)]
    menu = await site.hub.reading(
        lambda: Outlook.of(account, hall).menu(VIEWS, VIEW, {}, words, site.clock())
    )
    # Another language is asked of the counts: a search is not sent again by a link.
    path = VIEW.path if request.method == "POST" else ""
    return draw(request, site, template, path=path, kind=VIEW.kind, menu=menu, fairs=[], **values)


ROUTES: Final = [find, show]
