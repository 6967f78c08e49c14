"""Who may do what: roles, actions, and the one function that judges.

What an account's role reaches of each action; what is not here is refused::

    action             national  region     city       booth  partner  technician  auditor  admin
    know-fair          body      territory  territory  fair   guest    body        body     body
    see-tour           body      territory  territory  -      -        -           body     body
    see-fair           body      territory  territory  -      -        -           body     body
    see-booth          body      territory  territory  booth  -        -           body     body
    see-kiosks         body      territory  territory  -      -        body        body     body
    see-sessions       body      territory  territory  -      -        -           body     body
    see-roll-call      body      territory  territory  -      -        -           -        body
    see-feedback       body      territory  territory  -      -        -           body     body
    work-off-feedback  body      territory  territory  -      -        -           -        body
    see-sign-ups       body      territory  territory  -      partner  -           body     body
    partner-file       body      territory  territory  -      partner  -           -        body
    see-exceptions     body      territory  territory  -      -        -           -        body
    decide-exceptions  body      territory  territory  -      -        -           -        body
    see-members        body      territory  territory  -      -        -           -        body
    export-members     body      territory  territory  -      -        -           -        body
    report             body      territory  territory  -      -        -           body     body
    archive            body      -          -          -      -        -           -        body
    see-audit          body      -          -          -      -        -           body     body
    see-metrics        body      -          -          -      -        body        body     body
    accounts           -         -          -          -      -        -           -        body

``body`` is everything of the account's own body; ``territory`` what lies in one of its territories,
each with all that lies in it; ``fair`` its own fair, ``booth`` its own booth there; ``partner`` what is
its own partner's; ``guest`` a fair at which its partner stands. An account that names a fair reaches
nothing outside of it, whatever its role.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What somebody is to the body."""

    NATIONAL = "national"
    REGION = "region"
    CITY = "city"
    BOOTH = "booth"
    PARTNER = "partner"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Action(StrEnum):
    """Everything that anybody may want. The names of fairs and their days are no figures: ``KNOW_FAIR``."""

    KNOW_FAIR = "know-fair"
    SEE_TOUR = "see-tour"
    SEE_FAIR = "see-fair"
    SEE_BOOTH = "see-booth"
    SEE_KIOSKS = "see-kiosks"
    SEE_SESSIONS = "see-sessions"
    SEE_ROLL_CALL = "see-roll-call"
    SEE_FEEDBACK = "see-feedback"
    WORK_OFF_FEEDBACK = "work-off-feedback"
    SEE_SIGN_UPS = "see-sign-ups"
    PARTNER_FILE = "partner-file"
    SEE_EXCEPTIONS = "see-exceptions"
    DECIDE_EXCEPTIONS = "decide-exceptions"
    SEE_MEMBERS = "see-members"
    EXPORT_MEMBERS = "export-members"
    REPORT = "report"
    ARCHIVE = "archive"
    SEE_AUDIT = "see-audit"
    SEE_METRICS = "see-metrics"
    ACCOUNTS = "accounts"


PERSONAL: Final = frozenset(
    {
        Action.SEE_ROLL_CALL,
        Action.WORK_OFF_FEEDBACK,
        Action.PARTNER_FILE,
        Action.SEE_EXCEPTIONS,
        Action.DECIDE_EXCEPTIONS,
        Action.SEE_MEMBERS,
        Action.EXPORT_MEMBERS,
        Action.ARCHIVE,
    }
)
"""What shows personal data; whoever may do it is seen in the audit log."""


@dataclass(frozen=True, slots=True)
class Holder:
    """What an account is good for: a role, and of what. Empty is none, never all."""

    body: str
    role: Role
    territories: frozenset[str] = frozenset()
    fair: str = ""
    booth: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, or a program, with a holder's rights. ``mark`` changes with the password and the rights."""

    name: str
    holder: Holder
    mark: str = ""
    has_code: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked for. ``within`` is its territory and all that lie around it.

    ``partner`` is whose it is; ``guests`` are the partners that stand at a fair, who own nothing of it.
    ``parts`` are things of which one is enough: of what shows to each account what is its own, and no more.
    """

    body: str
    fair: str = ""
    within: frozenset[str] = frozenset()
    booth: str = ""
    partner: str = ""
    guests: frozenset[str] = frozenset()
    parts: tuple["Thing", ...] = ()


def may(holder: Holder, action: Action, thing: Thing) -> bool:
    """Judge: whether somebody may do that with this."""
    reach = _GRANTS[holder.role].get(action)
    if reach is None or thing.body != holder.body:
        return False
    if any(may(holder, action, part) for part in thing.parts):
        return True
    if holder.fair and thing.fair != holder.fair:
        return False
    return reach(holder, thing)


def ever(holder: Holder, action: Action) -> bool:
    """Say whether there may be anything that somebody could do that with."""
    return action in _GRANTS[holder.role]


def everywhere(holder: Holder, action: Action) -> bool:
    """Say whether somebody may do that with everything of the body: also learn what is not there."""
    return _GRANTS[holder.role].get(action) is _of_body and not holder.fair


def misfit(holder: Holder) -> str:
    """Say in English what is wrong between a role and its scope; empty where they fit."""
    given = {name for name in ("territories", "fair", "booth", "partner") if getattr(holder, name)}
    needed, allowed = _SCOPES[holder.role]
    missing, strange = sorted(needed - given), sorted(given - needed - allowed)
    if missing:
        return f"the role {holder.role} needs {' and '.join(map(_OPTION.__getitem__, missing))}"
    if strange:
        return f"the role {holder.role} has no use for {' and '.join(map(_OPTION.__getitem__, strange))}"
    return ""


def _of_body(_: Holder, __: Thing) -> bool:
    return True


def _in_territory(holder: Holder, thing: Thing) -> bool:
    return not holder.territories.isdisjoint(thing.within)


def _own_fair(holder: Holder, thing: Thing) -> bool:
    return bool(holder.fair) and thing.fair == holder.fair


def _own_booth(holder: Holder, thing: Thing) -> bool:
    return _own_fair(holder, thing) and bool(holder.booth) and thing.booth == holder.booth


def _own_partner(holder: Holder, thing: Thing) -> bool:
    return bool(holder.partner) and thing.partner == holder.partner


def _guest(holder: Holder, thing: Thing) -> bool:
    return bool(holder.partner) and holder.partner in thing.guests


_Reach = Callable[[Holder, Thing], bool]
_NATIONAL: Final = frozenset(Action) - {Action.ACCOUNTS}
_COORDINATED: Final = _NATIONAL - {Action.ARCHIVE, Action.SEE_AUDIT, Action.SEE_METRICS}
_GRANTS: Final = MappingProxyType[Role, dict[Action, _Reach]](
    {
        Role.NATIONAL: dict.fromkeys(_NATIONAL, _of_body),
        Role.REGION: dict.fromkeys(_COORDINATED, _in_territory),
        Role.CITY: dict.fromkeys(_COORDINATED, _in_territory),
        Role.BOOTH: {Action.KNOW_FAIR: _own_fair, Action.SEE_BOOTH: _own_booth},
        Role.PARTNER: {
            Action.KNOW_FAIR: _guest,
            Action.SEE_SIGN_UPS: _own_partner,
            Action.PARTNER_FILE: _own_partner,
        },
        Role.TECHNICIAN: dict.fromkeys(
            (Action.KNOW_FAIR, Action.SEE_KIOSKS, Action.SEE_METRICS),
            _of_body,
        ),
        Role.AUDITOR: dict.fromkeys(_NATIONAL - PERSONAL, _of_body),
        Role.ADMIN: dict.fromkeys(Action, _of_body),
    }
)
_Names = frozenset[str]
_NOTHING: Final[_Names] = frozenset()
# By role: what its scope must name, and what it may name besides.
_SCOPES: Final = MappingProxyType[Role, tuple[_Names, _Names]](
    {
        Role.NATIONAL: (_NOTHING, _NOTHING),
        Role.REGION: (frozenset({"territories"}), _NOTHING),
        Role.CITY: (frozenset({"territories"}), _NOTHING),
        Role.BOOTH: (frozenset({"fair", "booth"}), _NOTHING),
        Role.PARTNER: (frozenset({"partner"}), frozenset({"fair"})),
        Role.TECHNICIAN: (_NOTHING, frozenset({"fair"})),
        Role.AUDITOR: (_NOTHING, _NOTHING),
        Role.ADMIN: (_NOTHING, _NOTHING),
    }
)
_OPTION: Final = {"territories": "--territory", "fair": "--fair", "booth": "--booth", "partner": "--partner"}
