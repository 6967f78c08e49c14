"""What accounts may or may not see, as :mod:`server.rules.access` judges it: made of descriptions."""

from collections.abc import Iterable, Sequence
from functools import reduce

from server.rules.access import Thing
from server.rules.fair import FairDefinition
from wire.programme import Territory


def around(territory: str, territories: Iterable[Territory]) -> frozenset[str]:
    """Give a territory and all that it lies in; nothing for an empty one."""
    parents = {each.id: each.parent for each in territories}
    found: list[str] = []
    # Parents that go in a circle are refused where a tour is read; this ends in any case.
    while territory and territory not in found:
        found.append(territory)
        territory = parents.get(territory, "")
    return frozenset(found)


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


def member_thing(body: str, home: str, territories: Iterable[Territory]) -> Thing:
    """Give a member, who lies where home is: a territory's id, or a commune's code."""
    return Thing(body=body, within=around(home, territories))
