"""A station without a window: each notice as a line, for people or for programs."""

import json
from dataclasses import asdict
from typing import Final

from kiosk.notices import Delivered, Link, Notice, Pairing, ProgrammeTaken, Scanned, Trouble, Wiped
from kiosk.rules.desk import Outcome

_NAMES: Final = {
    Scanned: "scanned",
    Delivered: "delivered",
    Link: "link",
    ProgrammeTaken: "programme",
    Wiped: "wiped",
    Trouble: "trouble",
    Pairing: "pairing",
}
_TURNED_AWAY: Final = {
    Outcome.CLOSED: "the fair is closed: nothing is recorded any more",
    Outcome.PAIRING: "a pairing code was shown, but this kiosk has its settings: nothing is recorded",
}


def told(notice: Notice, *, as_json: bool) -> str:
    """Give a notice's line: a JSON object with ``notice`` as its name, or words."""
    if as_json:
        return json.dumps({"notice": _NAMES[type(notice)], **asdict(notice)}, ensure_ascii=False)
    if isinstance(notice, Scanned) and notice.outcome in _TURNED_AWAY:
        return _TURNED_AWAY[notice.outcome]
    if isinstance(notice, Scanned):
        return " ".join(
            filter(None, (notice.outcome, notice.code, notice.card, f"({notice.scan_to_commit_ms:.0f} ms)"))
        )
    if isinstance(notice, Trouble):
        return notice.words
    if isinstance(notice, Pairing):
        return _of_pairing(notice)
    return _in_words(notice)


def _of_pairing(notice: Pairing) -> str:
    match notice:
        case Pairing(stage="asking", code=""):
            return "a pairing code was read; the server is asked"
        case Pairing(stage="asking"):
            return "the server does not answer: check the network; it is asked again and again"
        case Pairing(stage="refused", code=code):
            return f"the pairing code was not taken ({code}); show another"
        case Pairing(stage="paired", name=name):
            return f"paired: this kiosk is {name}"
    return "no settings yet: waiting for a pairing code"


def _in_words(notice: Delivered | Link | ProgrammeTaken | Wiped) -> str:
    match notice:
        case Delivered(waiting=waiting):
            return f"delivered, {waiting} facts waiting, safe" if waiting else "all delivered"
        case Link(up=up, reason=reason, waiting=waiting):
            return "connected" if up else f"no network ({reason}) · {waiting} facts waiting, safe"
        case ProgrammeTaken(fair=fair, closed=True):
            return f"{fair} is closed: nothing is recorded any more; what waits is still delivered"
        case Wiped(facts=facts):
            return f"the server holds everything; {facts} facts are wiped here, this kiosk may be put away"
        case ProgrammeTaken(version=version, fair=fair, booths=booths):
            return f"programme of {fair}, version {version}, {booths} booths"
