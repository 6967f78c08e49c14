"""Every live page, in the order in which the menu names them."""

from typing import Final

from server.web.views import (
    booth,
    exceptions,
    fair,
    feedback,
    files,
    kiosks,
    members,
    sessions,
    sign_ups,
    tour,
    wall,
)
from server.web.views.view import View

VIEWS: Final[tuple[View, ...]] = (
    tour.VIEW,
    tour.ALL,
    fair.VIEW,
    fair.AGAINST,
    booth.VIEW,
    sign_ups.VIEW,
    feedback.VIEW,
    feedback.TEXTS,
    feedback.CASE,
    exceptions.VIEW,
    exceptions.ALL,
    exceptions.ONE,
    files.VIEW,
    files.OF_TOUR,
    kiosks.VIEW,
    kiosks.ALL,
    members.VIEW,
    sessions.OF_FAIR,
    sessions.ROLL_OF_FAIR,
    sessions.OF_BODY,
    sessions.ONE,
    sessions.ROLL,
    sessions.SERIES,
    wall.VIEW,
)
"""A page that is not here has no address."""

HOMES: Final = ("fair", "booth", "kiosks", "sign-ups")
"""Where an account begins: the first of these that it may see."""


def view(name: str) -> View | None:
    """Give the page of that name."""
    return next((each for each in VIEWS if each.name == name), None)
