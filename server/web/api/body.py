"""What belongs to the body and to no fair, as data: kiosks, members, sessions."""

from typing import Final

from litestar import get
from litestar.handlers import HTTPRouteHandler

from server.rules.pages.kiosks_data import KiosksSeen
from server.rules.pages.members_data import MembersSeen
from server.rules.pages.rolls import MatrixSeen, RollSeen
from server.rules.pages.session_data import SessionAlone, SessionsSeen
from server.web.api.parameters import SeriesId, SessionId, problems
from server.web.api.reading import data_of
from server.web.guard import ThisAccount
from server.web.site import ThisSite
from server.web.views.kiosks import ALL as ALL_KIOSKS
from server.web.views.members import VIEW as MEMBERS
from server.web.views.sessions import OF_BODY, ONE, ROLL, SERIES


@get(
    "/kiosks",
    summary="Every kiosk that one may see",
    tags=["kiosks"],
    opt=ALL_KIOSKS.opt,
    responses=problems(named=False),
)
async def kiosks(site: ThisSite, account: ThisAccount) -> KiosksSeen:
    """Give kiosks as they last told of themselves, pairing codes not used yet, and revoked kiosks."""
    found: KiosksSeen = await data_of(site, account, ALL_KIOSKS)
    return found


@get(
    "/members",
    summary="The members, counted",
    tags=["members"],
    opt=MEMBERS.opt,
    responses=problems(named=False),
)
async def members(site: ThisSite, account: ThisAccount) -> MembersSeen:
    """Count the members that the account may see: by category, kind, territory and more, without a name."""
    found: MembersSeen = await data_of(site, account, MEMBERS)
    return found


@get(
    "/sessions",
    summary="Sessions without a fair, counted",
    tags=["sessions"],
    opt=OF_BODY.opt,
    responses=problems(named=False),
)
async def sessions(site: ThisSite, account: ThisAccount) -> SessionsSeen:
    """Give the body's own sessions that the account may see, and what they recommend."""
    found: SessionsSeen = await data_of(site, account, OF_BODY)
    return found


@get(
    "/sessions/{session:str}",
    summary="One session without a fair",
    tags=["sessions"],
    opt=ONE.opt,
    responses=problems(),
)
async def one_session(site: ThisSite, account: ThisAccount, session: SessionId) -> SessionAlone:
    """Give one session, counted, and what it recommends."""
    found: SessionAlone = await data_of(site, account, ONE, session=session)
    return found


@get(
    "/sessions/{session:str}/roll",
    summary="The roll of a session without a fair (personal data)",
    tags=["sessions"],
    opt=ROLL.opt,
    responses=problems(),
)
async def roll(site: ThisSite, account: ThisAccount, session: SessionId) -> RollSeen:
    """Give who came and who did not, by number and name. Asking is written into the audit log."""
    found: RollSeen = await data_of(site, account, ROLL, session=session)
    return found


@get(
    "/series/{series:str}",
    summary="Who took part in the sessions of a series (personal data)",
    tags=["sessions"],
    opt=SERIES.opt,
    responses=problems(),
)
async def series(site: ThisSite, account: ThisAccount, series: SeriesId) -> MatrixSeen:
    """Give participants by session, by number and name. Asking is written into the audit log."""
    found: MatrixSeen = await data_of(site, account, SERIES, series=series)
    return found


ROUTES: Final[list[HTTPRouteHandler]] = [kiosks, members, sessions, one_session, roll, series]
