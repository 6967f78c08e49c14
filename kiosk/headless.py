"""A station without a window: each notice as a line, for people or for programs."""

import json
from dataclasses import asdict
from typing import Final

from kiosk.notices import Delivered, Link, Notice, ProgrammeTaken, Scanned, Trouble, Wiped
from kiosk.rules.desk import Outcome

_NAMES: Final = {
    Scanned: "scanned",
    Delivered: "delivered",
    Link: "link",
    ProgrammeTaken: "programme",
    Wiped: "wiped",
    Trouble: "trouble",
}


def told(notice: Notice, *, as_json: bool) -> str:
    """Give a notice's line: a JSON object with ``notice`` as its name, or words."""
    if as_json:
        return json.dumps({"notice": _NAMES[type(notice)], **asdict(notice)}, ensure_ascii=False)
    if isinstance(notice, Scanned) and notice.outcome is Outcome.CLOSED:
        return "the fair is closed: nothing is recorded any more"
    if isinstance(notice, Scanned):
        return " ".join(
            filter(None, (notice.outcome, notice.code, notice.card, f"({notice.scan_to_commit_ms:.0f} ms)"))
        )
    if isinstance(notice, Trouble):
        return notice.words
    return _in_words(notice)


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
