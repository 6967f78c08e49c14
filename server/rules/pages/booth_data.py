"""What a booth's reader gives: its figures by day, hour and category, its offers, its kiosks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from server.rules.consents import IN_DOUBT, SIGN_UPS, SIGNED
from server.rules.fair import FairDefinition
from server.rules.figures import BOOTH_CATEGORY, BOOTH_DAY, BOOTH_HOUR
from server.rules.pages.numbers import Numbers, OfferNumbers, ScanMinute
from server.rules.sentences import KioskNow
from server.rules.stats import Counts, Tallied
from wire.described import Names
from wire.programme import Booth

OF_OFFERS: Final = (SIGN_UPS, IN_DOUBT, SIGNED)
"""The plain counts that a booth's page is made of."""


@dataclass(frozen=True, slots=True)
class BoothData:
    """A booth at one moment. ``by_day`` has ISO days, ``by_hour`` hours in UTC, ``closed_at`` ms UTC.

    ``partner`` are the names of whose it is, none for the body's own. ``fair_visits`` are those of the
    whole fair, None for whoever may see this booth alone.
    """

    fair: str
    fair_names: Names
    booth: str
    names: Names
    own: bool
    partner: Names
    sector: str
    timezone: str
    days: list[date]
    closed_at: int | None
    total: Numbers
    by_day: dict[str, Numbers]
    by_hour: dict[str, Numbers]
    by_category: dict[str, Numbers]
    categories: dict[str, Names]
    offers: list[OfferNumbers]
    fair_visits: int | None = None
    scans: list[ScanMinute] = field(default_factory=list)
    kiosks: list[KioskNow] = field(default_factory=list)


def booth_data(
    definition: FairDefinition,
    booth: Booth,
    figures: Counts,
    tally: Tallied,
    *,
    total: tuple[int, int] = (0, 0),
    fair_visits: int | None = None,
    scans: Sequence[tuple[str, int, int]] = (),
    kiosks: Sequence[KioskNow] = (),
    closed_at: int | None = None,
) -> BoothData:
    """Lay out what was read of a booth."""
    fair = definition.fair
    partners = {each.id: each.names for each in definition.partners}
    return BoothData(
        fair=fair.id,
        fair_names=fair.names,
        booth=booth.id,
        names=booth.names,
        own=not booth.partner,
        partner=partners.get(booth.partner, {}),
        sector=booth.sector,
        timezone=fair.timezone,
        days=fair.days,
        closed_at=closed_at,
        total=Numbers(*total),
        by_day=_of(figures, BOOTH_DAY),
        by_hour=_of(figures, BOOTH_HOUR),
        by_category=_of(figures, BOOTH_CATEGORY),
        categories={each.id: each.names for each in definition.categories},
        offers=[
            _offer(offer.id, offer.names, tally) for offer in definition.offers if offer.booth == booth.id
        ],
        fair_visits=fair_visits,
        scans=[ScanMinute(*each) for each in scans],
        kiosks=list(kiosks),
    )


def _of(figures: Counts, scope: str) -> dict[str, Numbers]:
    return {key: Numbers(*count) for (found, key), count in sorted(figures.items()) if found == scope}


def _offer(offer: str, names: Names, tally: Mapping[tuple[str, str], int]) -> OfferNumbers:
    holds, unclear = tally.get((SIGN_UPS, offer), 0), tally.get((IN_DOUBT, offer), 0)
    # Whoever has signed up and neither holds it nor is in doubt has withdrawn.
    withdrawn = tally.get((SIGNED, offer), 0) - holds - unclear
    return OfferNumbers(offer, names, holds, max(0, withdrawn), unclear)
