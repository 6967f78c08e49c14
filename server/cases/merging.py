"""Makes one member of two who are the same person: the elder stays, and the other's are the elder's.

Cards go over and stand for one subject from now on, so that attendance counts one person where it counted
two, and visits of both at one booth in one slot count once. Consents are those of both, the household is
kept, and what is not known of the elder is filled in. A mark stays of the other: a registration, a reissue or
a list that names that one again means the elder.

Errors::

    MergeError    two that cannot be one; the message is for the person, in English
"""

from collections.abc import Callable, Mapping

import msgspec

from server import ServerError
from server.members.joining import join_cards
from server.office import Office
from server.rules.members.member import Member
from server.rules.members.merging import Why, merged, why_not
from server.store.audit_log import Transaction
from server.store.members import Members
from server.store.merged import MergedMembers
from server.store.parts import Parts

GONE = "One of the two is no longer there. Load the page again."
REFUSALS: Mapping[Why, str] = {
    Why.NUMBERS: "The two have different employee numbers. Correct one of them first, or decide that they are"
    " two people.",
    Why.NATIONAL_IDS: "The two have different national ids. Correct one of them first, or decide that they"
    " are two people.",
    Why.HOUSEHOLD: "The two belong to different households, or one is the other's dependant. Correct that"
    " first.",
    Why.RIGHTS: "One of the two has lost the rights. Decide first whether the other has them.",
}


class MergeError(ServerError):
    """Two that cannot be one."""


class Merging:
    """Makes one of two members of a body, in the caller's transaction. ``clock`` gives ms UTC."""

    def __init__(self, office: Office, *, clock: Callable[[], int]) -> None:
        self._office = office
        self._clock = clock

    def merge(self, connection: Transaction, one: str, other: str, *, who: str) -> tuple[str, str]:
        """Make one of two; gives who stays and who is gone. Raises :class:`MergeError`."""
        body = self._office.body
        members, moved = Members(connection, body), MergedMembers(connection, body)
        found, made_at = members.get([one, other]), moved.made_at([one, other])
        if len(found) < len({one, other}) or one == other:
            raise MergeError(GONE)
        keep, drop = (found[each] for each in sorted(found, key=lambda each: (made_at[each], each)))
        dependants = members.dependants(drop.member)
        why = why_not(
            keep,
            drop,
            dropped_made_at=made_at[drop.member],
            have_dependants=(bool(members.dependants(keep.member)), bool(dependants)),
        )
        if why is not None:
            raise MergeError(REFUSALS[why])
        now = self._clock()
        household = [(each, msgspec.structs.replace(each, principal=keep.member)) for each in dependants]
        members.change(household, now)
        moved.move(keep.member, drop, who=who, at=now)
        after = merged(keep, drop)
        if after != keep:
            # Only now: an employee's number is one member's alone.
            members.change([(keep, after)], now)
        cards = members.cards_of([keep.member]).get(keep.member, [])
        join_cards(Parts(connection, body), cards, now=now)
        self._tell_sessions(connection, after, drop)
        return keep.member, drop.member

    def _tell_sessions(self, connection: Transaction, keep: Member, drop: Member) -> None:
        former = [drop.employee_number] if drop.employee_number not in {"", keep.employee_number} else []
        self._office.know_cards(connection, [keep], former)
