"""The form of one registration as it is filled in: which fields, in which order, what is missing."""

from collections.abc import Sequence
from typing import Final

from kiosk.rules.registration.fields import KNOWN, Rules, Taken, read
from wire.described import Form, FormField

DEPENDANTS: Final = frozenset({"widow", "child", "other"})
"""The categories whose rights come through a principal."""
_OF_DEPENDANTS: Final = "principal"
_UNDER_AUTHORISATION: Final = "national_id"


class Entries:
    """What was entered so far. Nothing is there beforehand, consents least of all."""

    def __init__(self, form: Form, rules: Rules) -> None:
        self._form = form
        self._rules = rules
        self._typed: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        self._said: dict[str, bool] = {}

    def fields(self) -> list[FormField]:
        """Give the fields that are asked for, in their order.

        A principal is asked of dependants alone, and a national id where an authorisation is told.
        """
        left_out = set()
        if self._taken.get("category") not in DEPENDANTS:
            left_out.add(_OF_DEPENDANTS)
        if not self._form.national_id:
            left_out.add(_UNDER_AUTHORISATION)
        return [field for field in self._form.fields if field.id in KNOWN - left_out]

    def consents(self) -> Sequence[str]:
        """Give the ids of the texts that are asked about."""
        return self._form.consents

    def field(self, which: str) -> FormField | None:
        """Give a field that is asked for."""
        return next((field for field in self.fields() if field.id == which), None)

    def typed(self, which: str) -> str:
        """Give what was typed or chosen, as it stands."""
        return self._typed.get(which, "")

    def write(self, which: str, typed: str) -> None:
        """Take what is being typed, good or not; what was taken before holds until it is looked at."""
        self._typed[which] = typed

    def take(self, which: str) -> str:
        """Look at what was typed, and keep it where it is good; else give the code of why not."""
        field = self.field(which)
        found = read(which, self.typed(which), self._rules)
        if not found.code and not found.value and field is not None and field.required:
            found = Taken("", "empty")
        if found.code:
            return found.code
        self._taken[which] = found.value
        return ""

    def skip(self, which: str) -> None:
        """Leave a field empty."""
        self._typed.pop(which, None)
        self._taken.pop(which, None)

    def say(self, consent: str, *, yes: bool) -> None:
        """Hear whether the member agrees to a text."""
        self._said[consent] = yes

    def said(self, consent: str) -> bool | None:
        """Say whether the member agrees; None before anybody was asked."""
        return self._said.get(consent)

    def value(self, which: str) -> str:
        """Give what is kept of a field."""
        return self._taken.get(which, "")

    def values(self) -> dict[str, str]:
        """Give what is kept, by field: those that are asked for and filled in."""
        return {field.id: value for field in self.fields() if (value := self._taken.get(field.id))}

    def agreed(self) -> tuple[str, ...]:
        """Give the ids of the texts that the member agrees to."""
        return tuple(consent for consent in self.consents() if self._said.get(consent))

    def missing(self) -> list[str]:
        """Name what must still be filled in or asked: fields, then consents."""
        lacking = [field.id for field in self.fields() if field.required and not self._taken.get(field.id)]
        return [*lacking, *(each for each in self.consents() if each not in self._said)]

    @property
    def empty(self) -> bool:
        """Whether nothing was entered at all."""
        return not any(self._typed.values())
