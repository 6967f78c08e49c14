"""A station without a window: each notice as a line, for people or for programs."""

import json
from dataclasses import asdict
from typing import Final

from kiosk.notices import Delivered, Link, Notice, ProgrammeTaken, Scanned, Trouble

_NAMES: Final = {
    Scanned: "scanned",
    Delivered: "delivered",
    Link: "link",
    ProgrammeTaken: "programme",
    Trouble: "trouble",
}


def told(notice: Notice, *, as_json: bool) -> str:
    """Give a notice's line: a JSON object with ``notice`` as its name, or words."""
    if as_json:
        return json.dumps({"notice": _NAMES[type(notice)], **asdict(notice)}, ensure_ascii=False)
    match notice:
        case Scanned(outcome=outcome, code=code, card=card, scan_to_commit_ms=ms):
            return " ".join(filter(None, (str(outcome), code, card, f"({ms:.0f} ms)")))
        case Delivered(waiting=waiting):
            return "all delivered" if waiting == 0 else f"delivered, {waiting} facts waiting, safe"
        case Link(up=True):
            return "connected"
        case Link(reason=reason, waiting=waiting):
            return f"no network ({reason}) · {waiting} facts waiting, safe"
        case ProgrammeTaken(version=version, fair=fair, booths=booths):
            return f"programme of {fair}, version {version}, {booths} booths"
        case Trouble(words=words):
            return words
