"""What reads for each live page, by the name of its view."""

from collections.abc import Callable, Mapping
from typing import Any

from server.rules.access import Holder
from server.store.engine import Store

Reader = Callable[[Mapping[str, str], Holder], Any]
"""Gives what a page shows, at one moment; takes what its path names, and for whom. None: no such thing."""


def readers_of(store: Store, body: str) -> dict[str, Reader]:
    """Give one body's readers."""
    return {}
