"""What one account may open, at one moment: where it begins, its menu, the other fairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from server.rules.access import Account, Action, ever, may
from server.rules.fair import FairDefinition
from server.rules.pages.board import Measures, Snapshot, current_fair
from server.rules.things import fair_thing
from server.rules.wording import Words
from server.web.hall import Hall
from server.web.views.view import View


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu: its words, Lucide's name of its drawing, where it leads, whether it is here."""

    word: str
    icon: str
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A body's fairs that were just read, so that every page is judged by the same ones, read once."""

    body: str
    known: list[FairDefinition]

    def fairs(self) -> list[FairDefinition]:
        """Give them."""
        return self.known

    def snapshot(self, _: str) -> Snapshot | None:
        """Give nothing: access is no matter of figures."""
        return None

    def measures(self) -> Measures:
        """Give nothing."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Outlook:
    """Judges pages for an account. Its methods read the store: for the reading thread, but for ``grants``."""

    account: Account
    hall: Hall
    fairs: Sequence[FairDefinition]

    @classmethod
    def of(cls, account: Account, hall: Hall) -> Self:
        """Read the body's fairs; raises :class:`ServerError`."""
        fairs = hall.source.fairs()
        return cls(account, replace(hall, source=_Known(hall.source.body, fairs)), fairs)

    @property
    def knows_a_fair(self) -> bool:
        """Say whether there is any fair with which the account has to do."""
        return any(may(self.account.holder, Action.KNOW_FAIR, fair_thing(each)) for each in self.fairs)

    def is_open(self, view: View, params: Mapping[str, str]) -> bool:
        """Say whether the account may open the page of these names."""
        holder = self.account.holder
        if view.action is not None and view.find is not None:
            thing = view.find(self.hall, params)
            return thing is not None and may(holder, view.action, thing)
        if view.action is not None and not ever(holder, view.action):
            return False
        named = [each for each in self.fairs if each.fair.id == params.get("fair")]
        return all(may(holder, Action.KNOW_FAIR, fair_thing(each)) for each in named)

    def fairs_of(self, view: View) -> list[FairDefinition]:
        """Give the fairs of which the account may open this page."""
        found = []
        for each in self.fairs:
            params = self._params(view, each)
            if params is not None and self.is_open(view, params):
                found.append(each)
        return found

    def nearest(self, view: View, now: int) -> dict[str, str] | None:
        """Give the names of the page to open first, at ``now`` ms UTC; None where it may open none."""
        if not view.names:
            return {} if self.is_open(view, {}) else None
        fairs = self.fairs_of(view)
        chosen = current_fair(fairs, now) if fairs else None
        return next((self._params(view, each) for each in fairs if each.fair.id == chosen), None)

    def menu(
        self, views: Sequence[View], here: View, params: Mapping[str, str], words: Words, now: int
    ) -> list[Entry]:
        """Name the pages of this fair, or else of the nearest, and those of the body."""
        found = []
        named = next((each for each in self.fairs if each.fair.id == params.get("fair")), None)
        for each in views:
            if not each.menu:
                continue
            wanted = self._params(each, named) if named else self.nearest(each, now)
            if wanted is not None and self.is_open(each, wanted):
                found.append(Entry(words.text(each.menu), each.icon, each.address(wanted), each is here))
        return found

    def others(self, here: View, params: Mapping[str, str], words: Words) -> list[Entry]:
        """Name the fairs that have such a page for the account, where there are several."""
        if "fair" not in here.names:
            return []
        found = self.fairs_of(here)
        return [
            Entry(
                words.name(each.fair.names, each.fair.id),
                "",
                here.address(self._params(here, each) or {}),
                each.fair.id == params.get("fair"),
            )
            for each in found
            if len(found) > 1
        ]

    def grants(self, action: Action, params: Mapping[str, str]) -> bool:
        """Say whether the account may do that here: what a template asks before it draws a link."""
        here = next((fair_thing(each) for each in self.fairs if each.fair.id == params.get("fair")), None)
        holder = self.account.holder
        return may(holder, action, here) if here else ever(holder, action)

    def _params(self, view: View, definition: FairDefinition) -> dict[str, str] | None:
        """Fill a page's names in, by a fair and the account's scope; None where it names something else."""
        known = {
            "fair": definition.fair.id,
            "tour": definition.fair.tour,
            "booth": self.account.holder.booth,
            "partner": self.account.holder.partner,
        }
        found = {name: known.get(name, "") for name in view.names}
        return found if all(found.values()) else None
