"""Makes cards, signed by the kiosk's own card key, and prints them.

A card's token and its bearer's names go to the printer, where there is one, by a PDF that never is a
file here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from nacl.signing import SigningKey

from kiosk.assets import NotMadeError, assets_dir
from kiosk.config import KioskConfig
from kiosk.descriptions import Descriptions
from kiosk.notices import StaffDone
from kiosk.wishes import PrintCardWish
from wire.card import LANGUAGES, LAST_DAY, Card, CardError, Category, body_tag, sign
from wire.card_sheet import Bilingual, CardFace, bilingual, category_words
from wire.programme import Programme
from wire.zones import zone_of

_USUAL_YEARS: Final = 3
"""So long a card is good where the programme has no form that says it."""


class PrinterTrouble(Protocol):
    """Why a card was not printed."""

    @property
    def code(self) -> str:
        """One of a closed set."""

    @property
    def words(self) -> str:
        """For the log."""


PrintCard = Callable[[bytes], PrinterTrouble | None]
"""Prints a PDF; gives what is wrong where it does not come out."""


@dataclass(frozen=True, slots=True)
class CardPress:
    """What a card is made with: numbers by chance, 56 bits and 32 bytes, and perhaps a printer."""

    card_id: Callable[[], int]
    run_key: bytes
    print_card: PrintCard | None = None


class NotDoneError(Exception):
    """Nobody gets a card; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Issuing:
    """For the counter's thread, while one of the staff is in."""

    def __init__(self, config: KioskConfig, *, descriptions: Descriptions, press: CardPress) -> None:
        self._key = SigningKey(config.card_seed)
        self._key_id = config.card_key_id
        self._tag = body_tag(config.body_key)
        self._descriptions = descriptions
        self._press = press

    @property
    def can_print(self) -> bool:
        """Whether there is a printer."""
        return self._press.print_card is not None

    def check(self, programme: Programme) -> None:
        """Raise :class:`NotDoneError` where other kiosks would refuse what is signed here."""
        if programme.card_key_by_id.get(self._key_id) != bytes(self._key.verify_key):
            raise NotDoneError("no_card_key")

    def make(
        self, programme: Programme, *, category: int, territory: int, language: str, today: date
    ) -> tuple[Card, str]:
        """Make a card that is good from ``today`` on, and its token; raises :class:`NotDoneError`."""
        self.check(programme)
        first = first_day(programme, today)
        card = Card(
            body_tag=self._tag,
            key_id=self._key_id,
            card_id=self._press.card_id(),
            category=category,
            territory=territory,
            language=language if language in LANGUAGES else LANGUAGES[0],
            valid_from=first,
            valid_to=_last_day(first, programme.form.card_years if programme.form else _USUAL_YEARS),
        )
        try:
            return card, sign(card, self._key)
        except CardError:
            raise NotDoneError("incomplete") from None

    def print(self, wish: PrintCardWish) -> StaffDone:
        """Print a card that was just made."""
        programme, print_card = self._descriptions.programme, self._press.print_card
        if programme is None or print_card is None:
            return StaffDone("print", "no_printer")
        # Late: the window must not wait for what draws a card on paper.
        from wire.card_sheet.paper import sheets_pdf  # noqa: PLC0415

        try:
            # A sheet with one card: a printer knows the size of that paper.
            pdf = sheets_pdf([self._face(programme, wish)], assets_dir() / "fonts")
        except (CardError, NotMadeError) as problem:
            return StaffDone("print", "refused", str(problem))
        trouble = print_card(pdf)
        return StaffDone("print") if trouble is None else StaffDone("print", str(trouble.code), trouble.words)

    def _face(self, programme: Programme, wish: PrintCardWish) -> CardFace:
        return CardFace(
            token=wish.token,
            body=bilingual(programme.body.names),
            category=category_words(
                Category.__members__.get(wish.category.upper(), Category.UNKNOWN), programme.categories
            ),
            name=Bilingual(wish.name_ar, wish.name_latin),
            colour=programme.theme.colour,
            logo=self._descriptions.logo,
        )


def first_day(programme: Programme, today: date) -> date:
    """Give the day of now, and none before the programme's: whatever the clock says, it cannot be."""
    issued = datetime.fromtimestamp(programme.issued_at / 1000, zone_of(programme.fair.timezone))
    return max(today, issued.date())


def _last_day(first: date, years: int) -> date:
    """Give the last of so many years of days."""
    try:
        anew = first.replace(year=first.year + years)
    except ValueError:
        anew = date(first.year + years, 3, 1)
    return min(date.fromordinal(anew.toordinal() - 1), LAST_DAY)
