"""The pages of feedback: counts for all who may see them, its texts, and one case to work off."""

from typing import Final

from server.rules.access import Action
from server.rules.pages.feedback import page_of
from server.rules.pages.told import case_page, texts_page
from server.web.things import the_fair
from server.web.views.view import Doing, View

VIEW: Final = View(
    name="feedback",
    path="/fair/{fair:str}/feedback",
    template="feedback.html",
    words=page_of,
    action=Action.SEE_FEEDBACK,
    find=the_fair,
    by_holder=True,
    audit="see feedback",
    menu="Feedback",
    icon="message-circle",
)
TEXTS: Final = View(
    name="feedback-texts",
    path="/fair/{fair:str}/feedback/texts/{topic:str}/{face:str}/{page:str}",
    template="feedback_texts.html",
    words=texts_page,
    action=Action.WORK_OFF_FEEDBACK,
    find=the_fair,
    audit="see feedback texts",
)
CASE: Final = View(
    name="feedback-case",
    path="/fair/{fair:str}/feedback/case/{case:str}",
    template="feedback_case.html",
    words=case_page,
    action=Action.WORK_OFF_FEEDBACK,
    find=the_fair,
    audit="see feedback case",
    doings={"work-off": Doing(Action.WORK_OFF_FEEDBACK, the_fair)},
)
