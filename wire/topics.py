"""The MQTT topics, built and parsed in one place.

::

    riwaq/1/{body}/up/{region}/{device}/{events|hello|ask|state}
    riwaq/1/{body}/down/{device}/{ack|answer|setup}
    riwaq/1/{body}/fair/{fair}/{programme|revocations|live}

``up`` carries what one device says; its account may write nowhere else. ``down`` is read
by that device alone and never retained. ``fair`` is retained: a cache, never the truth.
"""

import re
from dataclasses import dataclass
from typing import Final

from wire import WireError

ROOT: Final = "riwaq/1"
UP_LEAVES: Final = ("events", "hello", "ask", "state")
DOWN_LEAVES: Final = ("ack", "answer", "setup")
FAIR_LEAVES: Final = ("programme", "revocations", "live")
SLUG: Final = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?\Z")
"""What may stand for a body, fair, booth, region or device: 1 to 48 of a-z, 0-9 and inner dashes."""


class TopicError(WireError):
    """A topic or one of its parts is not one of ours."""


@dataclass(frozen=True, slots=True)
class UpTopic:
    """A parsed topic of what a device says."""

    body: str
    region: str
    device: str
    leaf: str


def _part(value: str, what: str) -> str:
    if not SLUG.match(value):
        raise TopicError(f"{value[:60]!r} cannot be a {what}: use 1 to 48 of a-z, 0-9 and dashes inside")
    return value


def _leaf(value: str, leaves: tuple[str, ...]) -> str:
    if value not in leaves:
        raise TopicError(f"{value[:60]!r} is none of {', '.join(leaves)}")
    return value


def up(body: str, region: str, device: str, leaf: str) -> str:
    """Build the topic on which a device says something."""
    parts = (_part(body, "body"), "up", _part(region, "region"), _part(device, "device"))
    return "/".join((ROOT, *parts, _leaf(leaf, UP_LEAVES)))


def down(body: str, device: str, leaf: str) -> str:
    """Build the topic on which the server says something to one device."""
    return "/".join((ROOT, _part(body, "body"), "down", _part(device, "device"), _leaf(leaf, DOWN_LEAVES)))


def fair(body: str, fair_id: str, leaf: str) -> str:
    """Build a retained topic of a fair."""
    return "/".join((ROOT, _part(body, "body"), "fair", _part(fair_id, "fair"), _leaf(leaf, FAIR_LEAVES)))


def all_up(body: str, leaf: str) -> str:
    """Give the filter that takes one leaf of every device in every region of a body."""
    return "/".join((ROOT, _part(body, "body"), "up", "+", "+", _leaf(leaf, UP_LEAVES)))


def body_of(topic: str) -> str:
    """Name the body below which a topic lies; raises :class:`TopicError` where it is none of ours."""
    parts = topic.split("/", 3)
    if parts[:2] != ROOT.split("/") or len(parts) != 4:  # noqa: PLR2004 - root, version, body and the rest
        raise TopicError(f"{topic[:120]!r} is not a topic of a body")
    return _part(parts[2], "body")


def parse_up(topic: str) -> UpTopic:
    """Read a topic that ``up`` built; raises :class:`TopicError` on any other."""
    parts = topic.split("/")
    if len(parts) != 7 or parts[:2] != ROOT.split("/") or parts[3] != "up":  # noqa: PLR2004 - the depth above
        raise TopicError(f"{topic[:120]!r} is not a topic on which a device speaks")
    _, _, body, _, region, device, leaf = parts
    for value, what in ((body, "body"), (region, "region"), (device, "device")):
        _part(value, what)
    return UpTopic(body, region, device, _leaf(leaf, UP_LEAVES))
