"""What accounts may or may not see, as :mod:`server.rules.access` judges it: made of descriptions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, reduce

from server.rules.access import Thing
from server.rules.fair import FairDefinition
from server.rules.official import own_ids, path_of
from wire.programme import Territory


class Ground:
    """A body's territories, laid out for asking often what a place lies in."""

    def __init__(self, territories: Iterable[Territory]) -> None:
        self._territories = list(territories)
        self._parents = {each.id: each.parent for each in self._territories}

    def around(self, place: str) -> frozenset[str]:
        """Give a place and all that it lies in; nothing for an empty one."""
        return frozenset(self.path(place))

    def path(self, place: str) -> list[str]:
        """Give a place and all that it lies in, the innermost first.

        Where the body's own description ends, the official map goes on: a commune lies in its province and
        its region, by their codes and as the body has described them.
        """
        found = self._own_around(place)
        for code in path_of(found[-1])[1:] if found else ():
            found += [code, *self._own_around(self._own.get(code, code))]
        return found

    def _own_around(self, territory: str) -> list[str]:
        found: list[str] = []
        # Parents that go in a circle are refused where a tour is read; this ends in any case.
        while territory and territory not in found:
            found.append(territory)
            territory = self._parents.get(territory, "")
        return found

    @cached_property
    def _own(self) -> dict[str, str]:
        return own_ids(self._territories)


def around(territory: str, territories: Iterable[Territory]) -> frozenset[str]:
    """Give a territory and all that it lies in; nothing for an empty one. See :class:`Ground`."""
    return Ground(territories).around(territory)


def fair_thing(definition: FairDefinition) -> Thing:
    """Give a fair as a whole: it lies where it is held."""
    return Thing(
        body=definition.body.id,
        fair=definition.fair.id,
        within=around(definition.fair.territory, definition.territories),
        guests=frozenset(
            [
                *(booth.partner for booth in definition.booths if booth.partner),
                *(offer.partner for offer in definition.offers if offer.partner),
            ]
        ),
    )


def booth_thing(definition: FairDefinition, booth: str) -> Thing | None:
    """Give a booth of a fair; None where it has none of that id."""
    if booth not in {each.id for each in definition.booths}:
        return None
    fair = fair_thing(definition)
    return Thing(body=fair.body, fair=fair.fair, within=fair.within, booth=booth)


def partner_thing(definition: FairDefinition, partner: str) -> Thing | None:
    """Give what is a partner's own at a fair; None where it is none of this fair's."""
    if partner not in {each.id for each in definition.partners}:
        return None
    fair = fair_thing(definition)
    return Thing(body=fair.body, fair=fair.fair, within=fair.within, partner=partner)


def tour_thing(definitions: Sequence[FairDefinition]) -> Thing | None:
    """Give a tour, of all its fairs: it lies where all of them lie, so one that goes far lies nowhere."""
    if not definitions:
        return None
    withins = [fair_thing(definition).within for definition in definitions]
    return Thing(body=definitions[0].body.id, within=reduce(frozenset.intersection, withins))


def tour_in_part(definitions: Sequence[FairDefinition]) -> Thing | None:
    """Give a tour's page, which shows to each account the stops that are its own: one of them is enough."""
    whole = tour_thing(definitions)
    return whole and replace(whole, parts=tuple(map(fair_thing, definitions)))


def tour_partner_thing(definitions: Sequence[FairDefinition], partner: str) -> Thing | None:
    """Give what is a partner's own in a whole tour; None where it is at none of its stops."""
    whole = tour_thing(definitions)
    is_there = any(each.id == partner for definition in definitions for each in definition.partners)
    return replace(whole, partner=partner) if whole and is_there else None


def sign_ups_in_part(definition: FairDefinition) -> Thing:
    """Give the sign-ups of a fair, of which a partner sees its own."""
    fair = fair_thing(definition)
    own = (Thing(body=fair.body, fair=fair.fair, partner=guest) for guest in sorted(fair.guests))
    return replace(fair, parts=tuple(own))


def member_thing(body: str, home: str, territories: Iterable[Territory] | Ground) -> Thing:
    """Give a member, who lies where home is: a territory's id, or a commune's code.

    Who asks for many members makes the :class:`Ground` once.
    """
    ground = territories if isinstance(territories, Ground) else Ground(territories)
    return Thing(body=body, within=ground.around(home))
