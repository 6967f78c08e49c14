"""What the programme says to whoever stands before the window, asked by id and in a language."""

from collections.abc import Iterable, Mapping
from typing import Final

from kiosk.notices import Described
from kiosk.rules.registration import Places
from kiosk.ui.languages import OFFERED
from kiosk.ui.view import Brand
from wire.described import Notice, Offer, Topic
from wire.zones import zone_of

_LAST_RESORTS: Final = ("fr", "ar", "en")
_DEFAULT_ZONE: Final = "Africa/Casablanca"


class Told:
    """A programme's words. ``home`` is the body's language: what is missing in another is said in it."""

    def __init__(self, home: str, described: Described | None = None) -> None:
        self.home = home
        self.body: Mapping[str, str] = {}
        self.booth: Mapping[str, str] = {}
        self.zone = zone_of(_DEFAULT_ZONE)
        self.take(described or Described())

    def take(self, described: Described) -> None:
        """Take what a programme says."""
        self.described = described
        self._offers = {offer.id: offer for offer in self.described.offers}
        self._consents = {consent.id: consent for consent in self.described.consents}
        self._sessions = {session.id: session for session in self.described.sessions}
        self.brand = Brand(described.colour, described.accent, described.logo)
        self._places: Places | None = None

    def place(self, body: Mapping[str, str], booth: Mapping[str, str], timezone: str) -> None:
        """Take whose kiosk this is, at which booth it stands, and whose clock says what time it is."""
        self.body, self.booth = body, booth
        self.zone = zone_of(timezone or _DEFAULT_ZONE)

    def spoken(self) -> str:
        """Give the first of the body's languages that a kiosk offers, or nothing."""
        return next((each for each in self.described.languages if each in OFFERED), "")

    def name(self, names: Mapping[str, str], language: str) -> str:
        """Give a name or a text: in the language, the body's, or another."""
        for each in (language, self.home, *_LAST_RESORTS):
            if found := names.get(each):
                return found
        return ""

    @property
    def booths(self) -> tuple[str, ...]:
        """The ids of the fair's booths, as the programme orders them."""
        return tuple(self.described.booth_names)

    def booth_name(self, booth: str, language: str) -> str:
        """Name a booth by its id; by the id itself where the programme has no name for it."""
        return self.name(self.described.booth_names.get(booth, {}), language) or booth

    def offers(self, ids: Iterable[str]) -> list[Offer]:
        """Give the offers with these ids, but for those that the programme does not know any more."""
        return [self._offers[each] for each in dict.fromkeys(ids) if each in self._offers]

    def offer_name(self, offer: str, language: str) -> str:
        """Name an offer by its id."""
        return self.name(self._offers[offer].names, language) if offer in self._offers else ""

    def partner(self, offer: Offer, language: str) -> str:
        """Name who makes an offer: a partner, or the body itself."""
        names = self.described.partner_names.get(offer.partner, {}) if offer.partner else {}
        return self.name(names, language) or self.name(self.body, language)

    def consent(self, offer: Offer, language: str) -> str:
        """Give what a member agrees to: the consent's text, else what is said of the offer."""
        consent = self._consents.get(offer.consent)
        return self.name(consent.texts if consent else offer.details, language)

    def consent_text(self, consent: str, language: str) -> str:
        """Give a text that a member is asked to agree to, by its id."""
        return self.name(self._consents[consent].texts, language) if consent in self._consents else ""

    def category(self, category: str, language: str) -> str:
        """Name a card's category as the body does; nothing where it does not."""
        return next(
            (self.name(each.names, language) for each in self.described.categories if each.id == category), ""
        )

    @property
    def places(self) -> Places:
        """Where members may live."""
        # Some thousand of them, which nobody needs before somebody is registered.
        if self._places is None:
            self._places = Places(self.described.territories)
        return self._places

    def session(self, session: str, language: str) -> str:
        """Name a session by its id; nothing for one that is not known."""
        return self.name(self._sessions[session].names, language) if session in self._sessions else ""

    @property
    def with_phone(self) -> frozenset[str]:
        """The offers whose partner calls the member."""
        return frozenset(offer.id for offer in self._offers.values() if offer.needs_phone)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What one can tell about."""
        return self.described.topics

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What may be read at any time."""
        return self.described.notices

    @property
    def days(self) -> int:
        """For how long a sign-up is kept; 0 where the body has not said."""
        return self.described.retention.get("sign_ups", 0)
