"""What the page of a fair's sign-ups shows, as numbers and codes: no names, and of kept counts alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.rules.access import Action, Holder, Role, may
from server.rules.consents import IN_DOUBT, SIGN_UPS, SIGNED, SIGNED_ON, STANDING_ON
from server.rules.fair import FairDefinition
from server.rules.figures import BOOTH
from server.rules.stats import Counts, Tallied
from server.rules.things import booth_thing, fair_thing, partner_thing
from wire.described import Names

FIGURES = frozenset({BOOTH})
"""The scopes of figures that it needs."""
TALLIES = frozenset({SIGN_UPS, IN_DOUBT, SIGNED, SIGNED_ON, STANDING_ON})


@dataclass(frozen=True, slots=True)
class OfferDay:
    """An offer's sign-ups that were made on one local day (ISO), and how many of them hold."""

    day: str
    signed: int
    standing: int


@dataclass(frozen=True, slots=True)
class OfferCount:
    """An offer. Of ``signed`` so many members ``standing``, so many ``in_doubt``; the others have withdrawn.

    ``people`` are those who were at its booth, None where somebody may not know.
    """

    offer: str
    names: Names
    partner: str
    booth: str
    signed: int
    standing: int
    in_doubt: int
    people: int | None
    by_day: list[OfferDay]

    @property
    def withdrawn(self) -> int:
        """How many have withdrawn, and it is certain."""
        return self.signed - self.standing - self.in_doubt


@dataclass(frozen=True, slots=True)
class SignUps:
    """The sign-ups of a fair as one account may see them, in their order.

    ``inside``: for somebody of the body; a partner sees what stands and never that somebody withdrew.
    ``partners`` and ``booths`` are named; ``files`` are the partners whose file may be taken home.
    """

    fair: str
    names: Names
    venue: Names
    days: list[str]
    timezone: str
    inside: bool
    offers: list[OfferCount]
    partners: dict[str, Names]
    booths: dict[str, Names]
    files: list[str]


def sign_ups_of(definition: FairDefinition, figures: Counts, tally: Tallied, holder: Holder) -> SignUps:
    """Lay out what of a fair's sign-ups an account may see."""
    inside = may(holder, Action.SEE_SIGN_UPS, fair_thing(definition))
    offers = list(_offers(definition, figures, tally, holder))
    if not inside:
        offers = [_as_it_stands(each) for each in offers if _is_own(each, holder)]
    return SignUps(
        fair=definition.fair.id,
        names=definition.fair.names,
        venue=definition.fair.venue,
        days=[day.isoformat() for day in sorted(definition.fair.days)],
        timezone=definition.fair.timezone,
        inside=inside,
        offers=sorted(offers, key=lambda each: -each.standing),
        partners={each.id: each.names for each in definition.partners},
        booths={each.id: each.names for each in definition.booths},
        files=partners_with_file(definition, holder),
    )


def partners_with_file(definition: FairDefinition, holder: Holder) -> list[str]:
    """Give the partners of a fair with offers there, whose file an account may take home."""
    offering = {each.partner for each in definition.offers}
    things = {each.id: partner_thing(definition, each.id) for each in definition.partners}
    return [
        partner
        for partner, thing in things.items()
        if partner in offering and thing is not None and may(holder, Action.PARTNER_FILE, thing)
    ]


def _as_it_stands(offer: OfferCount) -> OfferCount:
    """Leave out of an offer what tells that somebody withdrew, or may have."""
    by_day = [replace(day, signed=day.standing) for day in offer.by_day if day.standing]
    return replace(offer, signed=offer.standing, in_doubt=0, by_day=by_day)


def _is_own(offer: OfferCount, holder: Holder) -> bool:
    return holder.role is Role.PARTNER and bool(holder.partner) and offer.partner == holder.partner


def _offers(
    definition: FairDefinition, figures: Counts, tally: Tallied, holder: Holder
) -> Iterable[OfferCount]:
    known = {each.id: each for each in definition.offers}
    # What was taken out of the description keeps its sign-ups, under its id.
    gone = sorted({key for scope, key in tally if scope == SIGNED} - known.keys())
    for key in (*known, *gone):
        offer = known.get(key)
        booth = offer.booth if offer else ""
        thing = booth_thing(definition, booth)
        may_know = thing is not None and may(holder, Action.SEE_BOOTH, thing)
        standing, in_doubt = tally.get((SIGN_UPS, key), 0), tally.get((IN_DOUBT, key), 0)
        yield OfferCount(
            offer=key,
            names=offer.names if offer else {},
            partner=offer.partner if offer else "",
            booth=booth,
            # A ledger of before has not counted it; a rebuild does.
            signed=max(tally.get((SIGNED, key), 0), standing + in_doubt),
            standing=standing,
            in_doubt=in_doubt,
            people=figures.get((BOOTH, booth), (0, 0))[1] if may_know else None,
            by_day=_days(key, tally),
        )


def _days(offer: str, tally: Tallied) -> list[OfferDay]:
    days = {
        key.partition(" ")[0]: count
        for (scope, key), count in tally.items()
        if scope == SIGNED_ON and key.partition(" ")[2] == offer
    }
    return [
        OfferDay(day, count, tally.get((STANDING_ON, f"{day} {offer}"), 0))
        for day, count in sorted(days.items())
    ]
