"""Registers a member: makes the card, seals the form, records one fact; and prints the card.

What the form says is readable in memory alone, from the wish to the seal: the journal gets it sealed
for the server, nobody's log gets it at all. The card's token and names go to the printer, where there
is one, by a PDF that never is a file here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from nacl.signing import SigningKey

from kiosk.assets import NotMadeError, assets_dir
from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.descriptions import Descriptions
from kiosk.journal import Position
from kiosk.notices import LikelyMember, Registered, StaffDone
from kiosk.recorder import Recorder
from kiosk.rules.registration import Doubles, Entries, Places, Rules
from kiosk.wishes import PrintCardWish, RegisterWish
from wire.card import LAST_DAY, Card, CardError, Category, body_tag, sign
from wire.card_sheet import Bilingual, CardFace, bilingual, category_words
from wire.described import Form
from wire.envelope import EnvelopeError
from wire.events import CardRef, Consented, Language, Registration
from wire.private import seal_private
from wire.programme import Programme
from wire.zones import zone_of

_LANGUAGES: Final[dict[str, Language]] = {"ar": "ar", "fr": "fr", "zgh": "zgh", "en": "en"}


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


class _NotDoneError(Exception):
    """Nobody is registered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Registering:
    """For the counter's thread, while one of the staff is in."""

    def __init__(
        self,
        config: KioskConfig,
        *,
        recorder: Recorder,
        descriptions: Descriptions,
        clock: Clock,
        recorded: Callable[[Position], None],
        press: CardPress,
    ) -> None:
        self._key = SigningKey(config.card_seed)
        self._key_id = config.card_key_id
        self._tag = body_tag(config.body_key)
        self._recorder = recorder
        self._descriptions = descriptions
        self._clock = clock
        self._recorded = recorded
        self._press = press
        self._doubles = Doubles(press.run_key)

    def register(self, wish: RegisterWish, staff_id: str) -> Registered | LikelyMember | StaffDone:
        """Register whom staff have asked for, unless somebody alike was and they did not know.

        Raises ``JournalError``.
        """
        programme, desk = self._descriptions.programme, self._descriptions.desk
        if programme is None or desk is None or desk.closed:
            return StaffDone("registration", "closed")
        moment = self._clock.read()
        try:
            form, values, today = self._judged(programme, wish, desk.day(moment))
            likely = self._doubles.likely(values)
            if likely is not None and not wish.sure:
                return LikelyMember(likely.what, likely.at)
            card = self._card(programme, form, values, wish, today)
            token, sealed = sign(card, self._key), seal_private(values, programme.server.sealing)
        except _NotDoneError as problem:
            return StaffDone("registration", problem.code)
        except (CardError, EnvelopeError):
            return StaffDone("registration", "incomplete")
        fact = Registration(
            card=CardRef.of(card),
            valid_from=card.valid_from,
            valid_to=card.valid_to,
            consents=_consented(programme, form, wish),
            language=_LANGUAGES.get(wish.language, ""),
            sealed=sealed,
        )
        [(position, _)] = self._recorder.record_all([fact], moment, staff_id)
        self._recorded(position)
        self._doubles.remember(values, moment.best_ms)
        can_print = self._press.print_card is not None
        return Registered(str(card.identity), token, card.valid_to, can_print=can_print)

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

    def _judged(
        self, programme: Programme, wish: RegisterWish, today: date
    ) -> tuple[Form, dict[str, str], date]:
        """Read the form once more, as it will be sealed; give it, its values and the day of now."""
        form = programme.form
        if form is None:
            raise _NotDoneError("no_form")
        # Another kiosk without a network would refuse what it signs.
        if programme.card_key_by_id.get(self._key_id) != bytes(self._key.verify_key):
            raise _NotDoneError("no_card_key")
        today = max(today, _day_of(programme))
        rules = Rules(
            today,
            pattern=form.employee_number,
            partial_birth=form.partial_birth,
            categories=form.categories,
            territories=Places(programme.territories).__contains__,
        )
        entries = Entries(form, rules)
        # The category first, since it says what else is asked.
        for field in sorted(wish.typed, key="category".__ne__):
            entries.write(field, wish.typed[field])
            if entries.field(field) is None or entries.take(field):
                raise _NotDoneError("incomplete")
        for consent in form.consents:
            entries.say(consent, yes=consent in wish.consents)
        values = entries.values()
        if entries.missing() or "category" not in values:
            raise _NotDoneError("incomplete")
        return form, values, today

    def _card(
        self, programme: Programme, form: Form, values: dict[str, str], wish: RegisterWish, today: date
    ) -> Card:
        return Card(
            body_tag=self._tag,
            key_id=self._key_id,
            card_id=self._press.card_id(),
            category=Category[values["category"].upper()],
            territory=Places(programme.territories).code(values.get("territory", "")),
            language=values.get("language") or wish.language,
            valid_from=today,
            valid_to=_last_day(today, form.card_years),
        )

    def _face(self, programme: Programme, wish: PrintCardWish) -> CardFace:
        return CardFace(
            token=wish.token,
            body=bilingual(programme.body.names),
            category=category_words(Category[wish.category.upper()], programme.categories),
            name=Bilingual(wish.name_ar, wish.name_latin),
            colour=programme.theme.colour,
            logo=self._descriptions.logo,
        )


def _consented(programme: Programme, form: Form, wish: RegisterWish) -> list[Consented]:
    return [
        Consented(id=consent.id, version=consent.version)
        for consent in programme.consents
        if consent.id in form.consents and consent.id in wish.consents
    ]


def _day_of(programme: Programme) -> date:
    """Give the day of the programme: none before it can be now, whatever the clock says."""
    return datetime.fromtimestamp(programme.issued_at / 1000, zone_of(programme.fair.timezone)).date()


def _last_day(first: date, years: int) -> date:
    """Give the last of so many years of days."""
    try:
        anew = first.replace(year=first.year + years)
    except ValueError:
        anew = date(first.year + years, 3, 1)
    return min(date.fromordinal(anew.toordinal() - 1), LAST_DAY)
