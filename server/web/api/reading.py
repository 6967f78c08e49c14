"""How a page's data is read for a program: by the page's own reader, judged and audited alike."""

from typing import Any

from litestar.exceptions import NotFoundException

from server.rules.access import Account
from server.rules.pages.board import Snapshot
from server.web.site import Site
from server.web.views.view import View


async def data_of(site: Site, account: Account, view: View, **names: str) -> Any:
    """Give what a page is made of; raises :class:`NotFoundException` where there is no such thing."""
    hall = site.hall(account)
    found = await site.hub.reading(lambda: hall.readers[view.name](names, account.holder))
    if found is None:
        raise NotFoundException("there is no such thing")
    if view.audit:
        await site.looks.opened(account, view.audit, names)
    return found


async def snapshot_of(site: Site, account: Account, fair: str) -> Snapshot:
    """Give a fair's figures and kiosks; raises :class:`NotFoundException` where there is no such fair."""
    hall = site.hall(account)
    found: Snapshot | None = await site.hub.reading(lambda: hall.source.snapshot(fair))
    if found is None:
        raise NotFoundException("there is no such fair")
    return found
