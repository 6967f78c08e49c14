"""Finds what a request is about, by its path: what routes name in ``needs``."""

from collections.abc import Mapping
from typing import Any

from server.rules.access import Thing
from server.rules.fair import FairDefinition
from server.rules.things import booth_thing, fair_thing
from server.web.source import LiveSource


def the_body(source: LiveSource, _: Mapping[str, Any]) -> Thing | None:
    """Give all that the body has."""
    return Thing(body=source.body)


def the_fair(source: LiveSource, path: Mapping[str, Any]) -> Thing | None:
    """Give the fair that is named."""
    found = _definition(source, path)
    return fair_thing(found) if found else None


def the_booth(source: LiveSource, path: Mapping[str, Any]) -> Thing | None:
    """Give the booth that is named, of the fair that is named."""
    found = _definition(source, path)
    return booth_thing(found, str(path.get("booth", ""))) if found else None


def _definition(source: LiveSource, path: Mapping[str, Any]) -> FairDefinition | None:
    return next((each for each in source.fairs() if each.fair.id == path.get("fair")), None)
