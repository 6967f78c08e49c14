"""One's own account: what it is for, and one-time codes switched on with a telephone."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from server.rules.access import Account, Holder
from server.rules.fair import FairDefinition
from server.rules.passwords import LONGEST, is_code_secret
from server.rules.wording import ROLES, Words
from server.web import asking as at
from server.web.doors import OUT_OF_DATE, enter
from server.web.drawing import qr_drawing
from server.web.guard import SIGNED_IN, ThisAccount
from server.web.pages import draw
from server.web.site import Site, ThisSite

_GROUP: Final = 4
_AnyRequest = Request[Any, Any, Any]


@get("/account", include_in_schema=False, opt=SIGNED_IN)
async def own_account(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
    """Show somebody's own account."""
    words = site.words[at.language_of(request)]
    fairs = await site.hub.reading(site.hall(account).source.fairs)
    return draw(
        request,
        site,
        "account.html",
        has_code=account.has_code,
        role=words.text(ROLES[account.holder.role]),
        things=_things(account.holder, fairs, words),
    )


def _things(holder: Holder, fairs: Sequence[FairDefinition], words: Words) -> list[str]:
    """Name what an account is for, in the reader's language."""
    known = {each.fair.id: each.fair.names for each in fairs}
    for fair in fairs:
        known |= {territory.id: territory.names for territory in fair.territories}
        known |= {booth.id: booth.names for booth in fair.booths}
        known |= {partner.id: partner.names for partner in fair.partners}
    wanted = (holder.fair, holder.booth, holder.partner, *sorted(holder.territories))
    return [words.name(known.get(each, {}), each) for each in wanted if each]


@get("/account/codes", include_in_schema=False, opt=SIGNED_IN)
async def codes_page(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
    """Show a new secret for an app that makes one-time codes, and ask for one code."""
    return _ask_first_code(request, site, account, site.accounts.new_code_secret())


@post("/account/codes", include_in_schema=False, status_code=HTTP_200_OK, opt=SIGNED_IN)
async def codes(request: _AnyRequest, site: ThisSite, account: ThisAccount) -> Response[str]:
    """Ask for codes from now on, once one was right; every other session of the account ends."""
    form = await at.fields_of(request)
    secret, code = (form.get(field, "") for field in ("secret", "code"))
    words = site.words[at.language_of(request)]
    if not is_code_secret(secret) or not at.form_is_ours(request, form.get("form", "")):
        fresh = site.accounts.new_code_secret()
        return _ask_first_code(request, site, account, fresh, words.text(OUT_OF_DATE))
    found: Account | None = await site.writing(
        lambda: site.accounts.use_codes(account.name, secret, code[:LONGEST])
    )
    if found is None:
        told = words.text("The code is not right. Please type the one that your telephone shows now.")
        return _ask_first_code(request, site, account, secret, told)
    return await enter(request, site, found, "/account")


def _ask_first_code(
    request: _AnyRequest, site: Site, account: Account, secret: str, told: str = ""
) -> Response[str]:
    status = HTTP_400_BAD_REQUEST if told else HTTP_200_OK
    drawing = qr_drawing(site.accounts.code_address(account.name, secret))
    groups = [secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP)]
    return draw(
        request, site, "codes.html", status, message=told, secret=secret, groups=groups, drawing=drawing
    )


ROUTES: Final = [own_account, codes_page, codes]
