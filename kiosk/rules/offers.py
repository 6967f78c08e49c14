"""Which offers a member is shown: those for everyone, and those for where the member is at home.

A card tells the home at one level of territories (the one marked ``on_card``). An offer of a
territory is for whoever is at home in it or in something that lies in it; what an offer of a
smaller place than a card can tell is for, nobody knows from the card, so it is not shown.
"""

from collections.abc import Iterator

from wire.described import Consent, Offer
from wire.programme import Programme


class Offers:
    """A programme's offers, laid out for asking once a scan."""

    def __init__(self, programme: Programme, booth: str) -> None:
        self._booth = booth
        self._offers = {offer.id: offer for offer in programme.offers}
        self._consents = {consent.id: consent for consent in programme.consents}
        self._parents = {each.id: each.parent for each in programme.territories}
        self._homes = {each.code: each.id for each in programme.territories if each.code}

    def here(self, home: int) -> tuple[str, ...]:
        """Give the ids of this booth's offers for a member whose card has that home code, 0 for none."""
        return tuple(offer.id for offer in self._for(home) if offer.booth == self._booth)

    def everywhere(self, home: int) -> tuple[str, ...]:
        """Give the ids of all offers for that member, this booth's first: any may be withdrawn here."""
        return tuple(
            offer.id for offer in sorted(self._for(home), key=lambda each: each.booth != self._booth)
        )

    def offer(self, offer_id: str) -> Offer | None:
        """Give an offer by its id."""
        return self._offers.get(offer_id)

    def consent(self, offer: Offer) -> Consent | None:
        """Give the text that a member agrees to, where the offer names one."""
        return self._consents.get(offer.consent)

    def _for(self, home: int) -> Iterator[Offer]:
        around = set(self._around(home))
        for offer in self._offers.values():
            if not offer.territories or not around.isdisjoint(offer.territories):
                yield offer

    def _around(self, home: int) -> Iterator[str]:
        """Give the home and all it lies in."""
        place = self._homes.get(home, "")
        seen: set[str] = set()
        # A tree that is checked has no circle; a kiosk does not hang on one that has.
        while place and place not in seen:
            seen.add(place)
            yield place
            place = self._parents.get(place, "")
