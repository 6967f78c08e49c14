"""The list of those who attended a session, to be signed: for a training, or a meeting of delegates."""

from server.assets import assets_dir
from server.files.out.catalogue import words_of
from server.members.membership import Membership
from server.naming import bearers, holders_of
from server.office import OfficeError
from server.reporting import definitions_of, local
from server.rules.fair import FairDefinition
from server.rules.figures import category_key
from server.rules.members.member import Member
from server.rules.report.model import Part, Report, Shape
from server.rules.report.names import Naming
from server.rules.sessions.partial import Span, in_words
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words
from server.store.engine import Store
from server.store.registry import Registry
from server.store.served import Served
from server.store.session_past import SessionPast
from wire.card import Category
from wire.described import Session

_TO_SIGN_MM = 11.0


def attestation_of(
    store: Store, membership: Membership, fair: str, session: str, language: str, *, file: str
) -> Report:
    """Make the list of who was at a session; the audit log says so. Raises :class:`OfficeError`."""
    words = words_of(language, assets_dir())
    definition = definitions_of(store, membership.body).get(fair)
    if definition is None:
        raise OfficeError(f"there is no fair {fair!r}")
    planned = next((each for each in definition.sessions if each.id == session), None)
    if planned is None:
        known = ", ".join(each.id for each in definition.sessions) or "none"
        raise OfficeError(f"{fair} has no session {session!r}; it has: {known}")
    with membership.acting() as connection:
        attended = {
            subject: category
            for subject, category in Served(connection, membership.body).attended(fair, session).items()
            if category != Category.STAFF
        }
        holders = holders_of(connection, membership.body, definition.fair.tour, set(attended))
        past = SessionPast(connection, membership.body).holders(fair, session)
        held = bearers(connection, membership.body, past)
        membership.note(connection, "attestation", count=len(attended), file=file, session=session, fair=fair)
        logo = Registry(connection, membership.body).logo_other_than(fair, "") or b""
    naming = Naming(definition, words)
    people: dict[int | str, tuple[str, str, str, int]] = {
        holder.person: _said(holder.member, holder.card, attended[subject])
        for subject, holder in sorted(holders.items(), reverse=True)
        # Whoever was erased is on no list any more.
        if holder.member or holder.card
    }
    people |= {card: _said(member, card, past[card]) for card, member in held.items()}
    first, second = (0, 1) if words.direction == "rtl" else (1, 0)
    in_order = sorted(
        people.values(),
        key=lambda each: (not each[first] and not each[second], each[first] or each[second], each[2]),
    )
    rows: list[list[Cell]] = [
        [number, name_ar, name_latin, code, naming.category(category_key(category)), ""]
        for number, (name_ar, name_latin, code, category) in enumerate(in_order, 1)
    ]
    return Report(
        words=words,
        body=words.name(definition.body.names, definition.body.id),
        title=words.name(planned.names, planned.id),
        lines=[line for line in _lines(definition, planned, len(rows), words) if line],
        figures=[],
        parts=[to_sign(rows, words)],
        made=local(membership.now(), definition),
        colour=definition.theme.colour,
        accent=definition.theme.accent,
        logo=logo,
    )


def _said(member: Member | None, card: str, category: int) -> tuple[str, str, str, int]:
    """Give the names, the number and the category of somebody who was there."""
    if member is None:
        return "", "", card, category
    return member.name_ar, member.name_latin, member.employee_number, member.category


def to_sign(rows: list[list[Cell]], words: Words, of_whom: str = "") -> Part:
    """Give rows to sign: number, both names, number, category or what ``of_whom`` says, signature."""
    columns = [
        Column(words.text("No."), Kind.CODE),
        Column(words.text("Name in Arabic")),
        Column(words.text("Name in Latin letters")),
        Column(words.text("Number"), Kind.CODE),
        Column(of_whom or words.text("Category")),
        Column(words.text("Signature")),
    ]
    table = Table(words.text("Attendance list"), columns, rows)
    return Part(table, Shape.WIDE, weights=(0.5, 2.2, 2.2, 1.9, 1.4, 2.2), row_height=_TO_SIGN_MM)


def _lines(definition: FairDefinition, session: Session, count: int, words: Words) -> list[str]:
    """Say when and where, as far as it is known: a day may be a month, or not said at all."""
    span = Span(session.day, session.last_day if session.last_day != session.day else "")
    when = " · ".join(each for each in (in_words(span, words) if span.first else "", session.starts) if each)
    where = words.name(definition.fair.venue) or words.name(definition.fair.names)
    attended = words.counted("{count} person attended", "{count} people attended", count)
    return [when, where, attended]
