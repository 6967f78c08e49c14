"""What tells of people, and writes into the audit log that it did; by the names of its pages."""

from collections.abc import Callable, Mapping
from typing import Any

from server.live.member_looks import MemberLooks
from server.live.source import StoreSource
from server.rules.access import Account
from server.settings import Home
from server.store.engine import Store

Teller = Callable[[Account, Mapping[str, str]], Any]
"""Tells: takes who asks, and what for; None: no such thing."""


def tellers_of(
    home: Home, store: Store, source: StoreSource, *, clock: Callable[[], int]
) -> dict[str, Teller]:
    """Give one body's tellers; ``clock`` gives ms UTC."""
    looks = MemberLooks(home, store, source, clock=clock)
    return {"members.find": looks.find, "member": looks.show}
