"""Registers a member: makes the card, seals the form, records one fact.

What the form says is readable in memory alone, from the wish to the seal: the journal gets it sealed
for the server, nobody's log gets it at all. Of a national id only a keyed hash and its last characters
go into the seal, where the body may keep those.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kiosk.clock import Clock
from kiosk.descriptions import Descriptions
from kiosk.issuing import Issuing, NotDoneError, first_day
from kiosk.notices import LikelyMember, Registered, StaffDone
from kiosk.recorder import Record
from kiosk.rules.registration import Doubles, Entries, Places, Rules
from kiosk.wishes import RegisterWish
from wire import national_id
from wire.asking import Match
from wire.card import Category
from wire.described import Form
from wire.envelope import EnvelopeError
from wire.events import CardRef, Consented, Language, Registration
from wire.private import seal_private
from wire.programme import Programme

_LANGUAGES: Final[dict[str, Language]] = {"ar": "ar", "fr": "fr", "zgh": "zgh", "en": "en"}
_NATIONAL_ID: Final = "national_id"


@dataclass(frozen=True, slots=True)
class _Filled:
    """A form that was filled in, and the day."""

    programme: Programme
    form: Form
    values: dict[str, str] = field(repr=False)
    today: date


class Registering:
    """For the counter's thread, while one of the staff is in.

    ``alike`` asks the server who is like these fields, as one of the staff; nobody where it tells nothing.
    """

    def __init__(
        self,
        *,
        descriptions: Descriptions,
        clock: Clock,
        issuing: Issuing,
        doubles: Doubles,
        record: Record,
        alike: Callable[[Mapping[str, str], str], tuple[Match, ...]],
    ) -> None:
        self._descriptions = descriptions
        self._clock = clock
        self._issuing = issuing
        self._doubles = doubles
        self._record = record
        self._alike = alike

    def register(self, wish: RegisterWish, staff_id: str) -> Registered | LikelyMember | StaffDone:
        """Register whom staff have asked for, unless somebody alike was and they did not know.

        Raises ``JournalError``.
        """
        programme, desk = self._descriptions.programme, self._descriptions.desk
        if programme is None or desk is None or desk.closed:
            return StaffDone("registration", "closed")
        try:
            filled = self._judged(programme, wish, desk.day(self._clock.read()))
            if not wish.sure and (likely := self._likely(filled.values, staff_id)) is not None:
                return likely
            return self._registered(filled, wish, staff_id)
        except NotDoneError as problem:
            return StaffDone("registration", problem.code)

    def _judged(self, programme: Programme, wish: RegisterWish, day: date) -> _Filled:
        """Read the form once more, as it will be sealed."""
        form = programme.form
        if form is None:
            raise NotDoneError("no_form")
        self._issuing.check(programme)
        today = first_day(programme, day)
        rules = Rules(
            today,
            pattern=form.employee_number,
            partial_birth=form.partial_birth,
            categories=form.categories,
            territories=Places(programme.territories).__contains__,
        )
        entries = Entries(form, rules)
        # The category first, since it says what else is asked.
        for which in sorted(wish.typed, key="category".__ne__):
            entries.write(which, wish.typed[which])
            if entries.field(which) is None or entries.take(which):
                raise NotDoneError("incomplete")
        for consent in form.consents:
            entries.say(consent, yes=consent in wish.consents)
        values = entries.values()
        if entries.missing() or "category" not in values:
            raise NotDoneError("incomplete")
        return _Filled(programme, form, self._without_number(form, values), today)

    def _without_number(self, form: Form, values: dict[str, str]) -> dict[str, str]:
        """Put what is kept of a national id into its place; without the key nothing of it can be."""
        number = values.pop(_NATIONAL_ID, "")
        if not number:
            return values
        key = self._descriptions.setup.identity_key if self._descriptions.setup else b""
        if len(key) == national_id.KEY_BYTES:
            kept = national_id.hashed(number, key)
            return {**values, _NATIONAL_ID: kept.hash, "national_tail": kept.tail}
        if any(each.id == _NATIONAL_ID and each.required for each in form.fields):
            raise NotDoneError("no_key")
        return values

    def _likely(self, values: dict[str, str], staff_id: str) -> LikelyMember | None:
        """Find somebody alike: whom this kiosk has registered itself, else whom the server knows."""
        own = self._doubles.likely(values)
        if own is not None:
            return LikelyMember(own.what, own.at)
        matches = self._alike(values, staff_id)
        return LikelyMember(_same(matches[0]), matches[0].made_at, matches) if matches else None

    def _registered(self, filled: _Filled, wish: RegisterWish, staff_id: str) -> Registered:
        programme, values = filled.programme, filled.values
        card, token = self._issuing.make(
            programme,
            category=Category[values["category"].upper()],
            territory=Places(programme.territories).code(values.get("territory", "")),
            language=values.get("language") or wish.language,
            today=filled.today,
        )
        try:
            sealed = seal_private(values, programme.server.sealing)
        except EnvelopeError:
            raise NotDoneError("incomplete") from None
        fact = Registration(
            card=CardRef.of(card),
            valid_from=card.valid_from,
            valid_to=card.valid_to,
            consents=_consented(programme, filled.form, wish),
            language=_LANGUAGES.get(wish.language, ""),
            sealed=sealed,
        )
        self._record([fact], staff_id)
        self._doubles.remember(values, self._clock.read().best_ms)
        return Registered(str(card.identity), token, card.valid_to, can_print=self._issuing.can_print)


def _same(match: Match) -> str:
    """Say what is the same, as :class:`LikelyMember` calls it."""
    return next((each for each in ("phone", "employee_number") if each in match.same), "name")


def _consented(programme: Programme, form: Form, wish: RegisterWish) -> list[Consented]:
    return [
        Consented(id=consent.id, version=consent.version)
        for consent in programme.consents
        if consent.id in form.consents and consent.id in wish.consents
    ]
