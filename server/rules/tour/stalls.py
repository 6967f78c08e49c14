"""Who is in the hall: partners, booths and what they offer."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from server.rules.fair import OWN, SECTORS
from server.rules.reader import Place, Reader
from server.rules.tour.lists import read_ids, refuse_double_ids
from wire.described import Consent, Offer
from wire.programme import BOOTH_KINDS, Booth, Partner

At = dict[str, frozenset[str]]
"""By id, the fairs alone at which something is; what is not there is at every fair."""
_UNKNOWN_PARTNER: Final = "other"


def read_partners(reader: Reader, value: object) -> list[Partner]:
    """Read the institutions behind booths."""
    partners = []
    for place, entry in reader.tables(value, ("partners",)):
        table = reader.table(entry, place, required=("id", "names", "sector"))
        partners.append(
            Partner(
                id=reader.slug(table.get("id"), (*place, "id")),
                names=reader.names(table.get("names"), (*place, "names")),
                sector=_sector(reader, table.get("sector"), (*place, "sector"), own=False),
            )
        )
    refuse_double_ids(reader, "partners", partners)
    return partners


def _sector(reader: Reader, value: object, place: Place, *, own: bool) -> str:
    choices = [sector for sector in SECTORS if own or sector != OWN]
    if value == OWN and not own:
        what = "'own' is for booths of the body itself, without a partner"
        reader.note(place, what, f"write one of: {', '.join(choices)}")
        return OWN
    return reader.choice(value, place, choices, "sector")


def read_booths(
    reader: Reader, value: object, partners: Sequence[Partner], fairs: Collection[str]
) -> tuple[list[Booth], At]:
    """Read the booths of the whole tour, and at which fairs those are that are not at all."""
    sector_of = {partner.id: partner.sector for partner in partners if partner.id}
    booths: list[Booth] = []
    at: At = {}
    for place, entry in reader.tables(value, ("booths",)):
        table = reader.table(
            entry, place, required=("id", "names"), optional=("partner", "sector", "kind", "fairs")
        )
        partner = reader.reference(table.get("partner"), (*place, "partner"), sector_of, "partners")
        sector = _sector(reader, table.get("sector"), (*place, "sector"), own=not partner)
        booth = Booth(
            id=reader.slug(table.get("id"), (*place, "id")),
            names=reader.names(table.get("names"), (*place, "names")),
            partner=partner,
            sector=sector or (sector_of.get(partner, _UNKNOWN_PARTNER) if partner else OWN),
            kind=reader.choice(
                table.get("kind", BOOTH_KINDS[0]), (*place, "kind"), BOOTH_KINDS, "kind of booth"
            ),
        )
        booths.append(booth)
        if only := _fairs(reader, table, place, fairs):
            at[booth.id] = only
    if isinstance(value, list) and not value:
        reader.note(("booths",), "the tour has no booth", reader.words.missing("booths", ""))
    refuse_double_ids(reader, "booths", booths)
    return booths, at


def read_offers(
    reader: Reader,
    value: object,
    *,
    booths: Sequence[Booth],
    territories: Collection[str],
    consents: Sequence[Consent],
    fairs: Collection[str],
) -> tuple[list[Offer], At]:
    """Read what members can sign up to; one for which no consent is named takes the only one there is."""
    partner_of = {booth.id: booth.partner for booth in booths if booth.id}
    texts = dict.fromkeys(consent.id for consent in consents if consent.id)
    only = next(iter(texts)) if len(texts) == 1 else ""
    offers: list[Offer] = []
    at: At = {}
    optional = ("territories", "details", "consent", "needs_phone", "fairs")
    for place, entry in reader.tables(value, ("offers",)):
        table = reader.table(entry, place, required=("id", "names", "booth"), optional=optional)
        booth = reader.reference(table.get("booth"), (*place, "booth"), partner_of, "booths")
        consent = reader.reference(table.get("consent"), (*place, "consent"), texts, "consents")
        if not consent and not only and table:
            what = "no consent is named: nobody could sign up to this offer"
            instead = f"write consent = one of: {', '.join(texts)}" if texts else "describe it in consents"
            reader.note((*place, "consent"), what, instead, by_itself=False)
        details = table.get("details")
        offer = Offer(
            id=reader.slug(table.get("id"), (*place, "id")),
            names=reader.names(table.get("names"), (*place, "names")),
            booth=booth,
            partner=partner_of.get(booth, ""),
            territories=read_ids(
                reader, table.get("territories"), (*place, "territories"), territories, "territories"
            ),
            details=reader.texts(details, (*place, "details"), ("ar", "fr")),
            consent=consent or only,
            needs_phone=reader.flag(table.get("needs_phone"), (*place, "needs_phone")),
        )
        offers.append(offer)
        if only_at := _fairs(reader, table, place, fairs):
            at[offer.id] = only_at
    refuse_double_ids(reader, "offers", offers)
    return offers, at


def _fairs(
    reader: Reader, table: Mapping[str, object], place: Place, fairs: Collection[str]
) -> frozenset[str]:
    return frozenset(read_ids(reader, table.get("fairs"), (*place, "fairs"), fairs, "fairs"))
