"""Those who were invited to a session and did not come, as their organizer can look for them."""

from collections.abc import Sequence

from server.members.membership import Membership
from server.rules.tour.invited import MEMBER_MARK, mark_of
from server.store.members import Members


def absentees(membership: Membership, absent: Sequence[str], session: str) -> list[str]:
    """Give each by a card's number, or by the member's where no card is known; the audit log says so.

    A hash of a number that no member here has stays one. ``absent`` are as a roll-call names them.
    """
    marks = {name for name in absent if name.startswith(MEMBER_MARK)}
    if not marks:
        return list(absent)
    with membership.acting() as connection:
        # Nobody but this server can make the hashes, and it keeps none by itself: all numbers are tried.
        numbers = Members(connection, membership.body).numbers()
        of_mark = {mark: number for number in numbers if (mark := mark_of(number, membership.key)) in marks}
        if of_mark:
            membership.note(connection, "absentees", count=len(of_mark), session=session)
    return [of_mark.get(name, name) for name in absent]
