"""The page of members: counts alone. Names are asked for, one search at a time.

That is ``server.web.member_pages``.
"""

from collections.abc import Mapping
from typing import Final

from server.rules.access import Action
from server.rules.pages.members import page_of
from server.web.views.view import View

_NO_FAIR: Final = "*"


def _by_the_beat(_: Mapping[str, str]) -> str:
    """Be made new by no fair: members come and go slowly, and every beat is soon enough."""
    return _NO_FAIR


VIEW: Final = View(
    name="members",
    path="/members",
    template="members.html",
    words=page_of,
    action=Action.SEE_MEMBERS,
    moves=_by_the_beat,
    by_holder=True,
    menu="Members",
    icon="users",
)
