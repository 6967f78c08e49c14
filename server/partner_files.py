"""A partner's file: those who agreed to be contacted by that partner, and nobody else."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from server.members.membership import Membership
from server.naming import Holder, holders_of
from server.office import OfficeError
from server.reporting import chosen, definitions_of, local
from server.rules.agreed import Agreement, agreement, holding
from server.rules.fair import FairDefinition
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words
from server.store.audit_log import Transaction
from server.store.engine import Store
from server.store.served import Served, SignUpFact
from server.store.tallies import Tallies
from wire.envelope import EnvelopeError

Opener = Callable[[bytes], Mapping[str, str]]
"""Opens what a kiosk has sealed for the server; raises :class:`EnvelopeError`."""


def partner_table(
    store: Store, membership: Membership, name: str, partner: str, words: Words, *, opener: Opener, file: str
) -> Table:
    """Give a partner's sign-ups at a fair, or at all stops of a tour; the audit log says so.

    Raises :class:`OfficeError` where there is no such fair, tour or partner.
    """
    definitions = {each.fair.id: each for each in chosen(definitions_of(store, membership.body), name)}
    title = _name_of(definitions, partner, words)
    with membership.acting() as connection:
        rows = []
        by_tour: dict[str, set[str]] = defaultdict(set)
        for definition in definitions.values():
            by_tour[definition.fair.tour].add(definition.fair.id)
        for tour, fairs in sorted(by_tour.items()):
            rows += _rows(
                connection, membership.body, tour, {fair: definitions[fair] for fair in fairs}, partner
            )
        # Not who they are: a log of looks must not become a list of people.
        membership.note(connection, "partner export", count=len(rows), file=file, partner=partner, of=name)
    columns = [
        Column(words.text("Offer")),
        Column(words.text("Name in Arabic")),
        Column(words.text("Name in Latin letters")),
        Column(words.text("Phone"), Kind.CODE),
        Column(words.text("Card"), Kind.CODE),
        Column(words.text("Consent"), Kind.CODE),
        Column(words.text("Version"), Kind.WHOLE),
        Column(words.text("Language"), Kind.CODE),
        Column(words.text("Agreed at"), Kind.MOMENT),
    ]
    cells = [_cells(row, definitions[row[0].fair], words, opener) for row in rows]
    return Table(title, columns, sorted(cells, key=_by_name))


_Row = tuple[SignUpFact, Agreement, Holder]


def _rows(
    connection: Transaction, body: str, tour: str, definitions: Mapping[str, FairDefinition], partner: str
) -> list[_Row]:
    """Give the sign-ups of one tour that hold and are this partner's."""
    offering = {offer.id: offer.partner for each in definitions.values() for offer in each.offers}
    wanted: dict[str, tuple[SignUpFact, Agreement]] = {}
    for fact in Served(connection, body).sign_ups(definitions):
        said = agreement(fact.detail)
        # Whom the screen named is whom the member agreed to, whatever a later description says.
        if (said.partner or offering.get(fact.offer, "")) == partner:
            wanted[fact.event_id] = (fact, said)
    holders = holders_of(connection, body, tour, {fact.subject for fact, _ in wanted.values()})
    person_of = {subject: holder.person for holder in holders.values() for subject in holder.subjects}
    choices = Tallies(connection, body).choices(person_of)
    # Of each offer the last that holds among those that are this partner's to see.
    mine = [choice for choice in choices if not choice.signs or choice.event_id in wanted]
    found = [
        (*wanted[choice.event_id], holders[wanted[choice.event_id][0].subject])
        for choice in holding(mine, person_of)
    ]
    # Whoever was erased, or whose time is over, can be contacted by nobody.
    return [row for row in found if row[2].member is not None or row[2].card]


def _cells(row: _Row, definition: FairDefinition, words: Words, opener: Opener) -> Sequence[Cell]:
    fact, said, holder = row
    member = holder.member
    offers = {offer.id: words.name(offer.names, offer.id) for offer in definition.offers}
    phone = _typed(fact.sealed, opener) if said.phone == "typed" else ""
    if said.phone == "given" and member is not None:
        phone = member.phone
    return [
        offers.get(fact.offer, fact.offer),
        member.name_ar if member else "",
        member.name_latin if member else "",
        phone,
        "" if member else holder.card,
        said.consent,
        said.consent_version or None,
        said.language,
        local(fact.at, definition).replace(tzinfo=None, microsecond=0),
    ]


def _by_name(row: Sequence[Cell]) -> tuple[bool, list[str]]:
    """Order by name within an offer; cards of which nobody knows the holder come last."""
    offer, arabic, latin, *others = (str(cell or "") for cell in row)
    return not (arabic or latin), [offer, arabic, latin, *others]


def _typed(sealed: bytes, opener: Opener) -> str:
    try:
        return opener(sealed).get("phone", "")
    except EnvelopeError:
        # Erased, or sealed for another server's key: the sign-up stands without it.
        return ""


def _name_of(definitions: Mapping[str, FairDefinition], partner: str, words: Words) -> str:
    known = {each.id: each for definition in definitions.values() for each in definition.partners}
    if partner not in known:
        raise OfficeError(f"there is no partner {partner!r} there: choose one of {', '.join(sorted(known))}")
    return words.name(known[partner].names, partner)
