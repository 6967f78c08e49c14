"""A fair's sign-ups: all of them for the body, its own for a partner, who begins here."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.sign_ups import page_of
from server.web.things import the_sign_ups
from server.web.views.view import View

VIEW: Final = View(
    name="sign-ups",
    path="/fair/{fair:str}/sign-ups",
    template="sign_ups.html",
    words=page_of,
    action=Action.SEE_SIGN_UPS,
    find=the_sign_ups,
    by_holder=True,
    menu="Sign-ups",
    icon="user-check",
)
