"""A station without a window: each notice as a line, for people or for programs."""

import json
from dataclasses import asdict, fields
from typing import Final

from kiosk.notices import (
    CardIgnored,
    Delivered,
    Described,
    Done,
    HouseholdFound,
    LikelyMember,
    Link,
    MemberConfirmed,
    MembersFound,
    Notice,
    Pairing,
    ProgrammeTaken,
    Registered,
    Reissued,
    Scanned,
    StaffDone,
    StaffIn,
    StaffNotice,
    StaffOut,
    StaffRefused,
    StaffView,
    Trouble,
    Wiped,
)
from kiosk.rules.desk import Outcome

_NAMES: Final = {
    Scanned: "scanned",
    Done: "done",
    StaffIn: "staff_in",
    StaffOut: "staff_out",
    StaffRefused: "staff_refused",
    CardIgnored: "card_ignored",
    StaffDone: "staff_done",
    Registered: "registered",
    LikelyMember: "likely_member",
    MembersFound: "members_found",
    MemberConfirmed: "member_confirmed",
    Reissued: "reissued",
    HouseholdFound: "household_found",
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
    """Give a notice's line: a JSON object with ``notice`` as its name, or words; empty for nothing."""
    # What the programme says, and what staff look at, is for the window.
    if isinstance(notice, Described | StaffView):
        return ""
    if as_json:
        hidden = {each.name for each in fields(notice) if not each.repr}
        said = {name: value for name, value in asdict(notice).items() if name not in hidden}
        return json.dumps({"notice": _NAMES[type(notice)], **said}, ensure_ascii=False)
    return _of_staff(notice) if isinstance(notice, StaffNotice) else _in_words(notice)


def _of_staff(notice: StaffNotice) -> str:  # noqa: PLR0911 - one line for each kind
    match notice:
        case StaffIn(staff_id=staff_id):
            return f"staff {staff_id} is in"
        case StaffOut():
            return "no staff is in"
        case StaffRefused(code=code):
            return f"a PIN was not taken ({code})"
        case CardIgnored():
            return "a card was shown while staff are in: nothing is recorded"
        case Registered(card=card):
            return f"a member is registered, with the card {card}"
        case LikelyMember(what=what):
            return f"somebody alike was registered here already ({what.replace('_', ' ')}): staff are asked"
        case StaffDone(what=what, code=code, detail=detail):
            return " ".join(filter(None, ("staff:", what.replace("_", " "), code, detail)))
    return _of_the_server(notice)


def _of_the_server(notice: StaffNotice) -> str:
    """Give the line of what the server has told staff: whom they have found, never their names."""
    match notice:
        case MembersFound(matches=matches):
            return f"the server has told staff of {len(matches)} members"
        case MemberConfirmed(member=member):
            return f"staff have confirmed that it is member {member}"
        case Reissued(card=card):
            return f"a member has got another card, {card}"
        case HouseholdFound(dependants=dependants):
            return f"the server has told staff of a household of {len(dependants)} dependants"
    return ""


def _of_scan(notice: Scanned) -> str:
    if notice.outcome in _TURNED_AWAY:
        return _TURNED_AWAY[notice.outcome]
    took = f"({notice.scan_to_commit_ms:.0f} ms)"
    return " ".join(filter(None, (notice.outcome, notice.code, notice.card, took)))


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


def _in_words(notice: Notice) -> str:  # noqa: PLR0911 - one line for each kind
    match notice:
        case Scanned():
            return _of_scan(notice)
        case Trouble(words=words):
            return words
        case Pairing():
            return _of_pairing(notice)
        case Done(what=what, offer=offer):
            return " ".join(filter(None, ("done:", what.replace("_", " "), offer)))
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
    return ""
