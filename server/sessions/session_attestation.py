"""The list of those who attended a session that belongs to no fair, to be signed."""

from collections.abc import Mapping
from datetime import UTC, datetime

from server.assets import assets_dir
from server.attestation import to_sign
from server.files.out.catalogue import words_of
from server.rules.fair import DEFAULT_TIMEZONE
from server.rules.figures import category_key
from server.rules.members.member import Kind, Member
from server.rules.report.model import Report
from server.rules.sessions.held import BodySession
from server.rules.sessions.partial import in_words
from server.rules.table import Cell
from server.rules.usual_names import category_name
from server.rules.wording import Words
from server.sessions.rolls import Rolls
from server.sessions.session_tables import in_order, name_of
from server.store.engine import Store
from server.store.registry import Registry
from wire.described import Theme
from wire.zones import zone_of


def session_attestation(
    store: Store, rolls: Rolls, session: BodySession, language: str, *, file: str
) -> Report:
    """Make the list of who was at a session; the audit log says so."""
    words = words_of(language, assets_dir())
    came = {each.person: each.behalf for each in rolls.roll(session.session) if each.attended}
    persons = {*came, *came.values()} - {""}
    named = rolls.named(persons, "attestation", session=session.session, file=file)
    with store.reading() as connection:
        body_names = Registry(connection, rolls.body).body_names()
    sent = any(came.values())
    rows = [
        _row(number, named.get(person), person, _sender(came[person], named, words) if sent else "", words)
        for number, person in enumerate(in_order(list(came), named, words), 1)
    ]
    made = datetime.fromtimestamp(rolls.now() / 1000, UTC).astimezone(zone_of(DEFAULT_TIMEZONE))
    attended = words.counted("{count} person attended", "{count} people attended", len(rows))
    return Report(
        words=words,
        body=words.name(body_names, rolls.body),
        title=words.name(session.names, session.session),
        lines=[line for line in (in_words(session.span, words), session.place, attended) if line],
        figures=[],
        parts=[to_sign(rows, words, words.text("On behalf of") if sent else "")],
        made=made,
        colour=Theme().colour,
        accent=Theme().accent,
    )


def _row(number: int, member: Member | None, person: str, sender: str, words: Words) -> list[Cell]:
    """Give a row to sign: of somebody who is not known, the number of the card."""
    if member is None:
        return [number, "", "", person, sender or words.text("Not known"), ""]
    names = (member.name_ar, member.name_latin)
    return [number, *names, member.employee_number, sender or _what(member, words), ""]


def _sender(contact: str, named: Mapping[str, Member], words: Words) -> str:
    return name_of(contact, named, words) if contact else ""


def _what(member: Member, words: Words) -> str:
    """Say what somebody is to the body: a member's category, else the kinds of a contact."""
    if member.kinds & Kind.MEMBER:
        return category_name(category_key(member.category), {}, words)
    kinds = kind_words(words)
    return words.text(", ").join(kinds[kind] for kind in Kind if kind & member.kinds)


def kind_words(words: Words) -> dict[Kind, str]:
    """Name what contacts are to a body."""
    return {
        Kind.MEMBER: words.text("Member"),
        Kind.BENEFICIARY: words.text("Beneficiary"),
        Kind.DONOR: words.text("Donor"),
        Kind.PARTNER: words.text("Partner"),
    }
