"""The list of those who attended a session, to be signed: for a training, or a meeting of delegates."""

from server.assets import assets_dir
from server.files.out.catalogue import words_of
from server.membership import Membership
from server.naming import holders_of
from server.office import OfficeError
from server.reporting import definitions_of, local
from server.rules.fair import FairDefinition
from server.rules.figures import category_name
from server.rules.report.model import Part, Report, Shape
from server.rules.report.names import Naming
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words
from server.store.engine import Store
from server.store.registry import Registry
from server.store.served import Served
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
        membership.note(connection, "attestation", count=len(attended), file=file, session=session, fair=fair)
        logo = Registry(connection, membership.body).logo_other_than(fair, "") or b""
    naming = Naming(definition, words)
    people = {
        holder.person: (
            (
                holder.member.name_ar,
                holder.member.name_latin,
                holder.member.employee_number,
                holder.member.category,
            )
            if holder.member
            else ("", "", holder.card, attended[subject])
        )
        for subject, holder in sorted(holders.items(), reverse=True)
    }
    first, second = (0, 1) if words.direction == "rtl" else (1, 0)
    in_order = sorted(
        people.values(),
        key=lambda each: (not each[first] and not each[second], each[first] or each[second], each[2]),
    )
    rows: list[list[Cell]] = [
        [number, name_ar, name_latin, code, naming.category(category_name(category)), ""]
        for number, (name_ar, name_latin, code, category) in enumerate(in_order, 1)
    ]
    return Report(
        words=words,
        body=words.name(definition.body.names, definition.body.id),
        title=words.name(planned.names, planned.id),
        lines=[line for line in _lines(definition, planned, len(rows), words) if line],
        figures=[],
        parts=[_part(rows, words)],
        made=local(membership.now(), definition),
        colour=definition.theme.colour,
        accent=definition.theme.accent,
        logo=logo,
    )


def _part(rows: list[list[Cell]], words: Words) -> Part:
    columns = [
        Column(words.text("No."), Kind.CODE),
        Column(words.text("Name in Arabic")),
        Column(words.text("Name in Latin letters")),
        Column(words.text("Number"), Kind.CODE),
        Column(words.text("Category")),
        Column(words.text("Signature")),
    ]
    table = Table(words.text("Attendance list"), columns, rows)
    return Part(table, Shape.WIDE, weights=(0.5, 2.2, 2.2, 1.9, 1.4, 2.2), row_height=_TO_SIGN_MM)


def _lines(definition: FairDefinition, session: Session, count: int, words: Words) -> list[str]:
    """Say when and where, as far as it is known: a day may be ``2024-05``, or not said at all."""
    days = session.day if session.last_day in {"", session.day} else f"{session.day} / {session.last_day}"
    # A line of its own: among Arabic words the parts of a date would change places.
    when = " ".join(each for each in (days, session.starts) if each)
    where = words.name(definition.fair.venue) or words.name(definition.fair.names)
    attended = words.counted("{count} person attended", "{count} people attended", count)
    return [when, where, attended]
