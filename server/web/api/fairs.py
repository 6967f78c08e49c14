"""What the pages of one fair show, as data: the fair, its booths, sign-ups, sessions, feedback."""

from typing import Annotated, Final, Literal

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from server.rules.pages.booth_data import BoothData
from server.rules.pages.fair_data import FairData
from server.rules.pages.feedback_data import EVERY, CaseSeen, FeedbackSeen, TextsSeen
from server.rules.pages.offers import SignUps
from server.rules.pages.rolls import RollSeen
from server.rules.pages.session_data import SessionsSeen
from server.web.api.parameters import ID, LONGEST_ID, BoothId, CaseId, FairId, SessionId, problems
from server.web.api.reading import data_of
from server.web.guard import ThisAccount
from server.web.site import ThisSite
from server.web.views.booth import VIEW as BOOTH
from server.web.views.fair import VIEW as FAIR
from server.web.views.feedback import CASE, TEXTS
from server.web.views.feedback import VIEW as FEEDBACK
from server.web.views.sessions import OF_FAIR, ROLL_OF_FAIR
from server.web.views.sign_ups import VIEW as SIGN_UPS

Topic = Annotated[
    str | None,
    QueryParameter(description="The id of one topic; else any.", pattern=ID, max_length=LONGEST_ID),
]
Face = Annotated[
    Literal["0", "1", "2", "3", "4", "5"] | None,
    QueryParameter(description="One face, 1 (worst) to 5, 0 for none; else any."),
]
PageNumber = Annotated[int, QueryParameter(description="Which page, from 1.", ge=1, le=999_999)]


@get("/fairs/{fair:str}", summary="A fair now", tags=["fairs"], opt=FAIR.opt, responses=problems())
async def one_fair(site: ThisSite, account: ThisAccount, fair: FairId) -> FairData:
    """Give what the fair's page shows: figures with the names of things, doors, scans, kiosks."""
    found: FairData = await data_of(site, account, FAIR, fair=fair)
    return found


@get(
    "/fairs/{fair:str}/booths/{booth:str}",
    summary="A booth now",
    tags=["fairs"],
    opt=BOOTH.opt,
    responses=problems(),
)
async def one_booth(site: ThisSite, account: ThisAccount, fair: FairId, booth: BoothId) -> BoothData:
    """Give what the booth's page shows: figures by day, hour and category, offers, scans, kiosks."""
    found: BoothData = await data_of(site, account, BOOTH, fair=fair, booth=booth)
    return found


@get(
    "/fairs/{fair:str}/sign-ups",
    summary="A fair's sign-ups, counted",
    tags=["fairs"],
    opt=SIGN_UPS.opt,
    responses=problems(),
)
async def sign_ups(site: ThisSite, account: ThisAccount, fair: FairId) -> SignUps:
    """Give sign-ups by offer and day, without a name; a partner gets those to its own offers."""
    found: SignUps = await data_of(site, account, SIGN_UPS, fair=fair)
    return found


@get(
    "/fairs/{fair:str}/sessions",
    summary="A fair's sessions, counted",
    tags=["sessions"],
    opt=OF_FAIR.opt,
    responses=problems(),
)
async def sessions(site: ThisSite, account: ThisAccount, fair: FairId) -> SessionsSeen:
    """Give every session with how many were invited, came of those, and came in all."""
    found: SessionsSeen = await data_of(site, account, OF_FAIR, fair=fair)
    return found


@get(
    "/fairs/{fair:str}/sessions/{session:str}/roll",
    summary="The roll of one of a fair's sessions (personal data)",
    tags=["sessions"],
    opt=ROLL_OF_FAIR.opt,
    responses=problems(),
)
async def roll(site: ThisSite, account: ThisAccount, fair: FairId, session: SessionId) -> RollSeen:
    """Give who came and who did not, by number and name. Asking is written into the audit log."""
    found: RollSeen = await data_of(site, account, ROLL_OF_FAIR, fair=fair, session=session)
    return found


@get(
    "/fairs/{fair:str}/feedback",
    summary="A fair's feedback, counted",
    tags=["feedback"],
    opt=FEEDBACK.opt,
    responses=problems(),
)
async def feedback(site: ThisSite, account: ThisAccount, fair: FairId) -> FeedbackSeen:
    """Give faces by topic and hour; to whoever works them off the cases, too.

    Asking is written into the audit log.
    """
    found: FeedbackSeen = await data_of(site, account, FEEDBACK, fair=fair)
    return found


@get(
    "/fairs/{fair:str}/feedback/texts",
    summary="What was told in words (personal data)",
    tags=["feedback"],
    opt=TEXTS.opt,
    responses=problems(),
)
async def texts(
    site: ThisSite,
    account: ThisAccount,
    fair: FairId,
    *,
    topic: Topic = None,
    face: Face = None,
    page: PageNumber = 1,
) -> TextsSeen:
    """Give texts, the newest first, page by page. Asking is written into the audit log."""
    names = {"fair": fair, "topic": topic or EVERY, "face": face or EVERY, "page": str(page)}
    found: TextsSeen = await data_of(site, account, TEXTS, **names)
    return found


@get(
    "/fairs/{fair:str}/feedback/cases/{case:str}",
    summary="One feedback to work off (personal data)",
    tags=["feedback"],
    opt=CASE.opt,
    responses=problems(),
)
async def case(site: ThisSite, account: ThisAccount, fair: FairId, case: CaseId) -> CaseSeen:
    """Give one feedback with its text, and the card where the member may be called.

    Asking is written into the audit log.
    """
    found: CaseSeen = await data_of(site, account, CASE, fair=fair, case=case)
    return found


ROUTES: Final[list[HTTPRouteHandler]] = [
    one_fair,
    one_booth,
    sign_ups,
    sessions,
    roll,
    feedback,
    texts,
    case,
]
