"""Everything that is held about one person, gathered at one moment; the audit log says so."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from server.members.membership import Membership, as_dict
from server.reporting import definitions_of, local
from server.rights.disclosed import disclosures
from server.rights.person import Person, events_of, facts_of, find_person
from server.rules.agreed import agreement
from server.rules.fair import FairDefinition
from server.rules.figures import category_key
from server.rules.members.member import Member, kind_names
from server.rules.members.sheet import moment
from server.rules.person.deadline import asked_detail
from server.rules.person.record import (
    Agreed,
    Card,
    HandedOn,
    Happened,
    Invited,
    Looked,
    Named,
    Record,
)
from server.rules.retention import kept_for
from server.rules.tallies import told_of
from server.rules.tour.invited import mark_of
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.members import Members
from server.store.person_held import HeldFact, PersonHeld
from server.store.registry import Registry
from wire.envelope import EnvelopeError
from wire.events import EventError, Feedback, Registration, SignUp, decode_event
from wire.programme import Body, Fair
from wire.setup import Setup

Opener = Callable[[bytes], Mapping[str, str]]
"""Opens what a kiosk has sealed for the server; raises :class:`EnvelopeError`."""


class Gathering:
    """Gathers what is held."""

    def __init__(self, store: Store, membership: Membership, *, opener: Opener) -> None:
        self._membership = membership
        self._body = membership.body
        self._definitions = definitions_of(store, self._body)
        self._opener = opener

    @property
    def definitions(self) -> Mapping[str, FairDefinition]:
        """The fairs' descriptions, by which things are named."""
        return self._definitions

    @cached_property
    def latest(self) -> FairDefinition:
        """The latest fair's description, by which things of no fair are named, with all territories.

        Where there is no tour it says what is usual.
        """
        fairs = self._definitions.values()
        found = max(fairs, key=lambda each: max(each.fair.days), default=_undescribed(self._body))
        return msgspec.structs.replace(found, territories=[*self._membership.territories.values()])

    def record(self, who: str, *, asked: date | None = None) -> Record:
        """Give all of it; raises :class:`OfficeError` where nobody is meant, or more than one."""
        with self._membership.acting() as connection:
            person = find_person(connection, self._membership, who)
            about = person.about(self._membership.key)
            self._membership.note(connection, "person export", about=about, **asked_detail(asked))
            return self._gathered(connection, person, about)

    def _gathered(self, connection: Transaction, person: Person, about: str) -> Record:
        held, members = PersonHeld(connection, self._body), Members(connection, self._body)
        member, facts = person.member, facts_of(connection, self._body, person)
        registry = Registry(connection, self._body)
        kiosks = {row.device: row.name for row in registry.all_kiosks()}
        principal = members.get([member.principal]).get(member.principal) if member else None
        notes = self._notes(held, facts)
        waiting = _raw_of(held, member, events_of(connection, self._body, person))
        return Record(
            body=registry.body_names(),
            made_at=moment(self._membership.now()),
            member=self._fields(held, member) if member else None,
            principal=_named(principal) if principal else None,
            dependants=[_named(each) for each in members.dependants(member.member)] if member else [],
            cards=[
                Card(
                    card=each.card,
                    category=None if each.category is None else category_key(each.category),
                    valid_from=each.valid_from,
                    valid_to=each.valid_to,
                    issued_at=None if each.issued_at is None else moment(each.issued_at),
                    refused_at=None if each.revoked_at is None else moment(each.revoked_at),
                    refused_why=each.reason,
                )
                for each in held.cards(person.cards)
            ],
            consents=[
                Agreed(
                    consent=row["consent"],
                    version=row["version"],
                    language=row["language"],
                    at=moment(row["at"]),
                    kiosk=str(kiosks.get(row["device"], row["device"])),
                )
                for row in (held.consents(member.member) if member else ())
            ],
            happened=[self._happened(fact, kiosks, notes, waiting) for fact in facts],
            invited=self._invited(connection, held, person),
            handed_on=[
                HandedOn(at=moment(each.at), by=each.who, file=each.file, partner=each.partner, of=each.of)
                for each in disclosures(connection, self._body, person, facts)
            ],
            looked=[
                Looked(number=entry.number, at=moment(entry.at), who=entry.who, what=entry.what)
                for entry in AuditLog(connection, self._body).entries(about=about)
            ],
            days=kept_for(self._definitions.values()),
        )

    @staticmethod
    def _fields(held: PersonHeld, member: Member) -> dict[str, Any]:
        made, changed = held.known_since(member.member)
        return {
            **as_dict(member),
            "category": category_key(member.category),
            "kinds": kind_names(member.kinds),
            "deactivated_at": moment(member.deactivated_at),
            "made_at": moment(made),
            "changed_at": moment(changed),
        }

    # -- what happened -----------------------------------------------------------------------

    def _happened(
        self,
        fact: HeldFact,
        kiosks: Mapping[str, str],
        notes: Mapping[str, str],
        waiting: Mapping[str, bytes],
    ) -> Happened:
        opened = self._opened(fact.sealed or waiting.get(fact.event_id, b""))
        said: dict[str, Any] = {}
        if fact.kind == SignUp.kind:
            agreed = agreement(fact.detail or "{}")
            said = {
                "partner": agreed.partner,
                "consent": agreed.consent,
                "consent_version": agreed.consent_version,
                "language": agreed.language,
                "phone": opened.get("phone", "") or ("given" if agreed.phone == "given" else ""),
            }
        elif fact.kind == Feedback.kind:
            told = told_of(fact.detail)
            said = {
                "face": told.face,
                "topics": list(told.topics),
                "may_call": told.may_call,
                "urgent": told.urgent,
                "text": opened.get("text", ""),
                "note": notes.get(fact.event_id, ""),
            }
        elif fact.kind == Registration.kind:
            said = {"fields": dict(opened)}
        definition = self._definitions.get(fact.fair)
        at = local(fact.at, definition).isoformat(timespec="seconds") if definition else moment(fact.at)
        return Happened(
            what=fact.kind,
            at=at,
            fair=fact.fair,
            booth=fact.booth,
            kiosk=kiosks.get(fact.device, fact.device),
            event_id=fact.event_id,
            about=fact.about,
            staff=fact.staff_id,
            was_wrong=fact.voided,
            **said,
        )

    def _opened(self, sealed: bytes) -> Mapping[str, str]:
        try:
            return self._opener(sealed) if sealed else {}
        except EnvelopeError:
            # Sealed for another server's key: nobody here can read it either.
            return {}

    def _notes(self, held: PersonHeld, facts: list[HeldFact]) -> dict[str, str]:
        found = held.notes({fact.event_id for fact in facts if fact.kind == Feedback.kind})
        return {event_id: self._opened(note).get("note", "") for event_id, note in found if note}

    # -- lists -------------------------------------------------------------------------------

    def _invited(self, connection: Transaction, held: PersonHeld, person: Person) -> list[Invited]:
        own = {*person.cards}
        if person.member is not None and person.member.employee_number:
            own.add(mark_of(person.member.employee_number, self._membership.key))
        found = []
        for fair, (_, content) in sorted(Registry(connection, self._body).setups().items()):
            setup = msgspec.json.decode(content, type=Setup)
            found += [
                Invited(session=session, fair=fair)
                for session, listed in setup.invitees.items()
                if not own.isdisjoint(listed)
            ]
        found += [
            Invited(session=session, fair=fair, attended=True)
            for fair, session in dict.fromkeys(held.sessions_held(person.cards))
        ]
        found += [
            Invited(session=row["session"], attended=bool(row["attended"]))
            for row in held.takings(person.names)
        ]
        return found


def _undescribed(body: str) -> FairDefinition:
    nowhere = Fair(id="", tour="", names={}, days=[])
    return FairDefinition(body=Body(id=body, names={}), fair=nowhere, booths=[], partners=[], territories=[])


def _raw_of(held: PersonHeld, member: Member | None, events: set[str]) -> dict[str, bytes]:
    """Give what registrations that are not worked off have sealed."""
    found = {}
    for row in held.enrolments(member.member if member else "", events):
        try:
            fact = decode_event(bytes(row["raw"])).fact if row["raw"] else None
        except EventError:
            continue
        if isinstance(fact, Registration):
            found[str(row["event_id"])] = fact.sealed
    return found


def _named(member: Member) -> Named:
    return Named(member=member.member, name_ar=member.name_ar, name_latin=member.name_latin)
