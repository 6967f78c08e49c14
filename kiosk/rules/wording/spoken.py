"""What each public screen says aloud, by the name of its prompt: ``refused-revoked``, ``consent``.

A prompt is a file, ``<language>/<name>.wav``: spoken once and for all, so it holds no name of a
person, no number and no time. Its sentences are the screen's own; where one of them has something
to fill in, the prompt has the form without it, or a sentence that only it has. The names are for
whoever records them, and do not change.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from kiosk.rules.desk import Outcome
from kiosk.rules.wording import dialogue, helping, standing, verdicts
from kiosk.rules.wording.labels import Label
from kiosk.rules.wording.said import Said, Translator
from wire.card import RefusalCode

Sentences = tuple[str, ...]
Speaker = Callable[[Translator], Sentences]

_MAY_CONTACT: Final = "May this partner contact you?"
_WANT_TO_WITHDRAW: Final = "Do you want to withdraw?"
_YES_OR_NO: Final = "Please touch yes or no."
_CHOOSE: Final = "Please touch what you choose."
_READ_TO_YOU: Final = "The staff will gladly read this to you."

_TO_FILL_IN: Final = re.compile(r"\s*:?\s*\{\w+\}")
_ENDS: Final = (".", "?", "!", "؟", "…")
REFUSED: Final = "refused"


def prompts(translator: Translator) -> dict[str, Sentences]:
    """Give what is spoken in a language: each prompt's sentences by its name."""
    return {name: speak(translator) for name, speak in _PROMPTS.items()}


def aloud(sentences: Sentences) -> str:
    """Put sentences together as they are read: each ends, so that a voice rests between them."""
    return " ".join(each if each.endswith(_ENDS) else f"{each}." for each in sentences)


def refused(code: str) -> str:
    """Name the prompt of a refusal; that of any refusal for a code of tomorrow."""
    name = f"{REFUSED}-{code.replace('_', '-')}"
    return name if name in _PROMPTS else REFUSED


def messages() -> Iterator[str]:
    """Give the sentences that are only spoken."""
    yield from (_MAY_CONTACT, _WANT_TO_WITHDRAW, _YES_OR_NO, _CHOOSE, _READ_TO_YOU)


def _of(said: Said) -> Sentences:
    """Give what a screen says, without what is filled in."""
    return tuple(filter(None, (_TO_FILL_IN.sub("", part) for part in (said.title, said.text))))


def _said(say: Callable[[Translator], Said]) -> Speaker:
    return lambda words: _of(say(words))


def _labels(*which: Label | str) -> Speaker:
    """Speak headings, and sentences that are only spoken."""
    return lambda words: tuple(words.gettext(str(each)) for each in which)


def _verdict(outcome: Outcome, code: str = "", *, session: str = "", direction: str = "") -> Speaker:
    return lambda words: _of(verdicts.verdict(words, outcome, code, session=session, direction=direction))


def _how_to(*, camera: bool) -> Speaker:
    def speak(words: Translator) -> Sentences:
        title, steps = helping.how_to(words, camera=camera)
        return (title, *steps)

    return speak


def _consent(*, phone: bool) -> Speaker:
    return lambda words: (
        words.gettext(_MAY_CONTACT),
        dialogue.gives(words, phone=phone),
        dialogue.until(words, 0),
        words.gettext(_YES_OR_NO),
    )


def _withdraw(*, known: bool) -> Speaker:
    def speak(words: Translator) -> Sentences:
        elsewhere = () if known else (dialogue.withdraw(words, "", "", known=False).text,)
        return (words.gettext(_WANT_TO_WITHDRAW), *elsewhere, words.gettext(_YES_OR_NO))

    return speak


_PROMPTS: Final[Mapping[str, Speaker]] = {
    # what a scan came to
    "accepted": _verdict(Outcome.ACCEPTED),
    "accepted-in": _verdict(Outcome.ACCEPTED, direction="in"),
    "accepted-out": _verdict(Outcome.ACCEPTED, direction="out"),
    "accepted-session": _verdict(Outcome.ACCEPTED, session="{session}"),
    "repeat": _verdict(Outcome.REPEAT),
    "staff": _verdict(Outcome.STAFF),
    REFUSED: _verdict(Outcome.REFUSED),
    **{f"{REFUSED}-{code.replace('_', '-')}": _verdict(Outcome.REFUSED, code) for code in RefusalCode},
    "refused-closed": _verdict(Outcome.REFUSED, Outcome.CLOSED),
    "refused-pairing": _verdict(Outcome.REFUSED, Outcome.PAIRING),
    "unrecorded": _said(verdicts.cannot_record),
    # what a touch came to
    "signed-up": _said(lambda words: dialogue.done(words, "sign_up", "")),
    "withdrawn": _said(lambda words: dialogue.done(words, "withdrawal", "")),
    "thanks": _said(lambda words: dialogue.done(words, "feedback", "")),
    "not-possible": _said(dialogue.not_done),
    "not-recorded": _said(dialogue.cannot_do),
    # offers
    "offers": _labels(Label.OFFERS_HERE, _CHOOSE),
    "mine": _labels(Label.YOUR_SIGN_UPS, _CHOOSE),
    "consent": _consent(phone=False),
    "consent-phone": _consent(phone=True),
    "number": _labels(Label.WHICH_NUMBER),
    "number-odd": _labels(Label.CHECK_NUMBER),
    "signed": _labels(Label.SIGNED_UP),
    "withdraw": _withdraw(known=True),
    "withdraw-elsewhere": _withdraw(known=False),
    # feedback
    "faces": _labels(Label.HOW_WAS_IT, Label.WITHOUT_NAME, _CHOOSE),
    "topics": _labels(Label.WHAT_ABOUT, _CHOOSE),
    "more": _labels(Label.ANYTHING_MORE, _CHOOSE),
    "may-call": lambda words: (*_of(dialogue.may_call(words)), words.gettext(_YES_OR_NO)),
    "write": _labels(Label.YOUR_WORDS),
    "show-card": _said(dialogue.show_card),
    # within a dialogue
    "moment": _said(dialogue.moment),
    "still": _said(dialogue.still_there),
    "called": _said(dialogue.coming),
    # what the corner buttons open
    "language": lambda words: (helping.choose_language(words), words.gettext(_CHOOSE)),
    "help": _how_to(camera=True),
    "help-scanner": _how_to(camera=False),
    "options": _labels(Label.OPTIONS, _CHOOSE),
    "notice": _labels(_READ_TO_YOU),
    # what stands
    "attract": _said(lambda words: standing.attract(words, camera=True)),
    "attract-scanner": _said(lambda words: standing.attract(words, camera=False)),
    "starting": _said(standing.starting),
    "waiting": _said(standing.waiting),
    "blind": _said(standing.blind),
    "blind-scanner": _said(lambda words: standing.blind(words, camera=False)),
    "closed": _said(standing.over),
}
NAMES: Final = frozenset(_PROMPTS)
"""Every prompt there is."""
