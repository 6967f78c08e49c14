"""A registration as a member: made, or found by employee number; with card, household and consents."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec

from server.members.enrolled import ENROLLED, LINKED, VOIDED, NotEnrolledError, Work
from server.rules.members.enrolled import (
    Form,
    alike,
    doubt_of,
    filled,
    may_depend,
    member_id_of,
    names_of,
    read_form,
)
from server.rules.members.member import Member
from server.rules.members.rows import RowReader
from server.rules.person.marks import What
from server.store.asked import AskedMembers
from wire.events import Registration

_MOST_READ: Final = 50
_PRINCIPAL: Final = "principal"


@dataclass(frozen=True, slots=True)
class Household:
    """Whose dependant a form names: a member's id, or a number that is ``wanted`` still, or nobody fit."""

    principal: str = ""
    wanted: str = ""
    is_misplaced: bool = False


class Registering:
    """Works registrations off. ``read_by`` gives what reads forms, ``open_sealed`` opens them."""

    def __init__(
        self, *, read_by: Callable[[], RowReader], open_sealed: Callable[[bytes], dict[str, str]]
    ) -> None:
        self._read_by = read_by
        self._open_sealed = open_sealed

    def register(self, work: Work, fact: Registration, at: int) -> None:
        """Make or find the member; ``at`` is when that was, ms UTC."""
        work.check_new(fact.card)
        if work.voided_at is not None:
            # It never was: nobody is made of what staff have taken back.
            work.refuse(fact.card.identity, VOIDED)
            work.done(VOIDED)
            return
        form = read_form(self._read_by(), self._open_sealed(fact.sealed), fact.card)
        if form is None:
            raise NotEnrolledError("unfit")
        numbers = {What.NUMBER: "employee_number", What.NATIONAL_ID: "national_id"}
        said = {what: form.values.get(name, "") for what, name in numbers.items()}
        if work.forgets(fact, {what: value for what, value in said.items() if value}, at):
            return
        before = self._known(work, form)
        after, differing = self._brought_together(work, form, before, at)
        household = _household(work, after, form.principal, at)
        if after.principal and household.principal not in ("", after.principal):
            differing.append(_PRINCIPAL)
        elif household.principal:
            after = msgspec.structs.replace(after, principal=household.principal)
        like = [] if before else _alike(work, after)
        _write(work, before, after)
        _give_card(work, fact, after, at)
        work.note("register", after.member, new=before is None)
        work.done(
            LINKED if before else ENROLLED,
            member=after.member,
            doubt=doubt_of(
                like=like,
                differs=differing,
                unfit=form.unfit,
                principal=household.is_misplaced,
                was_inactive=before is not None and not before.is_active,
            ),
            wanted=household.wanted,
        )

    def join(self, work: Work) -> None:
        """Make a member the dependant of whom the registration named, now that this one is known."""
        row = work.row
        member = work.members.get([row.member])[row.member]
        at = work.enrolments.happened_at(row.event_id) or 0
        household = _household(work, member, row.wanted, at)
        doubt = row.doubt
        if household.principal and not member.principal:
            _write(work, member, msgspec.structs.replace(member, principal=household.principal))
            work.note("register", member.member, principal=household.principal)
        elif household.is_misplaced:
            doubt = " ".join(filter(None, (doubt, _PRINCIPAL)))
        work.done(row.outcome, member=row.member, doubt=doubt, wanted=household.wanted)

    def _known(self, work: Work, form: Form) -> Member | None:
        """Give who has the employee number, or the id that this registration would give."""
        own, number = self._own_id(work), form.values["employee_number"]
        own = work.known_as(own)
        found = work.members.get([own]).get(own)
        return found or work.members.by_number([number]).get(number)

    def _brought_together(
        self, work: Work, form: Form, before: Member | None, at: int
    ) -> tuple[Member, list[str]]:
        if before is None:
            return Member(member=self._own_id(work), **form.values), []
        after, differing = filled(before, form.values)
        if before.deactivated_at is not None and before.deactivated_at < at:
            # Staff have enrolled anew whoever had left.
            after = msgspec.structs.replace(after, deactivated_at=None)
        return after, differing

    @staticmethod
    def _own_id(work: Work) -> str:
        return member_id_of(work.row.event_id, work.membership.key)


def _household(work: Work, member: Member, ref: str, at: int) -> Household:
    if not ref or work.is_erased(ref, at):
        return Household()
    holder = work.members.holders([ref]).get(ref, "")
    principal = work.members.get([holder]).get(holder) or work.members.by_number([ref]).get(ref)
    if principal is None:
        return Household(wanted=ref)
    has_dependants = bool(work.members.principals([member.member]))
    if not may_depend(member, principal, has_dependants=has_dependants):
        return Household(is_misplaced=True)
    return Household(principal.member)


def _alike(work: Work, member: Member) -> list[str]:
    """Give the members who may be the same person, by their ids: staff knew, organizers decide."""
    asked = AskedMembers(work.connection, work.body)
    named = (asked.named(words, member.birth) for words in names_of(member) if words)
    found = [
        *asked.by_phone(member.phone, _MOST_READ),
        *(each for some in named for each in islice(some, _MOST_READ)),
    ]
    return alike(member, found)


def _write(work: Work, before: Member | None, after: Member) -> None:
    if before is None:
        work.members.add([after], work.membership.now())
    elif after != before:
        work.members.change([(before, after)], work.membership.now())


def _give_card(work: Work, fact: Registration, member: Member, at: int) -> None:
    work.know(fact, at)
    work.link(fact.card.identity, member)
    if not member.is_active:
        # The rights were taken after this registration, and all cards with them.
        work.refuse(fact.card.identity, "deactivated")
    work.enrolments.keep_consents(
        [
            {
                "member": member.member,
                "consent": consent.id,
                "event_id": work.row.event_id,
                "version": consent.version,
                "language": fact.language,
                "at": at,
                "device": work.row.device,
            }
            for consent in fact.consents
        ]
    )
