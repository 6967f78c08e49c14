"""Finds what a request is about, by its path: what routes name in ``needs``."""

from collections.abc import Mapping
from typing import Any

from server.rules.access import Thing
from server.rules.fair import FairDefinition
from server.rules.things import (
    booth_thing,
    fair_thing,
    partner_thing,
    sign_ups_in_part,
    tour_in_part,
    tour_partner_thing,
    tour_thing,
)
from server.web.hall import Hall


def the_body(hall: Hall, _: Mapping[str, Any]) -> Thing | None:
    """Give all that the body has."""
    return Thing(body=hall.source.body)


def the_fair(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the fair that is named."""
    found = _definition(hall, path)
    return fair_thing(found) if found else None


def the_booth(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the booth that is named, of the fair that is named."""
    found = _definition(hall, path)
    return booth_thing(found, str(path.get("booth", ""))) if found else None


def the_partner(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give what is a partner's own at the fair that is named."""
    found = _definition(hall, path)
    return partner_thing(found, str(path.get("partner", ""))) if found else None


def the_sign_ups(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the sign-ups of the fair that is named, of which a partner sees its own."""
    found = _definition(hall, path)
    return sign_ups_in_part(found) if found else None


def the_tour(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the tour that is named, as a whole."""
    return tour_thing(_stops(hall, path))


def the_tour_in_part(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give the tour that is named, of which each account sees the stops that are its own."""
    return tour_in_part(_stops(hall, path))


def the_tour_partner(hall: Hall, path: Mapping[str, Any]) -> Thing | None:
    """Give what is a partner's own in the whole tour that is named."""
    return tour_partner_thing(_stops(hall, path), str(path.get("partner", "")))


def _stops(hall: Hall, path: Mapping[str, Any]) -> list[FairDefinition]:
    return [each for each in hall.source.fairs() if each.fair.tour == path.get("tour")]


def _definition(hall: Hall, path: Mapping[str, Any]) -> FairDefinition | None:
    return next((each for each in hall.source.fairs() if each.fair.id == path.get("fair")), None)
