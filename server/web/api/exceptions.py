"""What a person has to decide, as data: those of a fair, those of all fairs, and one."""

from typing import Annotated, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter

from server.rules.exceptions import Kind
from server.rules.pages.exceptions_data import ExceptionSeen, ExceptionsSeen
from server.web.api.parameters import FairId, problems
from server.web.api.reading import data_of
from server.web.guard import ThisAccount
from server.web.site import ThisSite
from server.web.views.exceptions import ALL, ONE, VIEW

KindOf = Annotated[Kind, PathParameter(description="Of what kind it is, as in the lists.")]
ItemKey = Annotated[str, PathParameter(description="Its key, as in the lists.", min_length=1, max_length=128)]


@get(
    "/exceptions",
    summary="What waits for a decision, of all fairs that one may see (personal data)",
    tags=["exceptions"],
    opt=ALL.opt,
    responses=problems(named=False),
)
async def of_all(site: ThisSite, account: ThisAccount) -> ExceptionsSeen:
    """Give what waits and what was decided last. Asking is written into the audit log."""
    found: ExceptionsSeen = await data_of(site, account, ALL)
    return found


@get(
    "/fairs/{fair:str}/exceptions",
    summary="What waits for a decision at a fair (personal data)",
    tags=["exceptions"],
    opt=VIEW.opt,
    responses=problems(),
)
async def of_fair(site: ThisSite, account: ThisAccount, fair: FairId) -> ExceptionsSeen:
    """Give what waits and what was decided last. Asking is written into the audit log."""
    found: ExceptionsSeen = await data_of(site, account, VIEW, fair=fair)
    return found


@get(
    "/fairs/{fair:str}/exceptions/{kind:str}/{item:str}",
    summary="One exception (personal data)",
    tags=["exceptions"],
    opt=ONE.opt,
    responses=problems(),
)
async def one(
    site: ThisSite, account: ThisAccount, fair: FairId, kind: KindOf, item: ItemKey
) -> ExceptionSeen:
    """Give one exception, waiting or decided. Asking is written into the audit log."""
    found: ExceptionSeen = await data_of(site, account, ONE, fair=fair, kind=kind, item=item)
    return found


ROUTES: Final[list[HTTPRouteHandler]] = [of_all, of_fair, one]
