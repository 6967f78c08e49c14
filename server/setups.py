"""Gives kiosks what is sealed for each of them: who is invited, how staff prove themselves.

A kiosk is told when it says hello with an older version, and all of a fair when an operator has
changed it, or an invited member has got a card. Nothing is retained: a kiosk that was away says hello
when it is back.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final, Protocol

import msgspec

from server.store.registry import Registry
from wire import topics
from wire.envelope import EnvelopeError
from wire.setup import Setup, pack_setup

IDENTITY_KEY: Final = b"in the server's secrets"
"""Stands in the registry for the key of national ids: a backup without keys must not hold it."""


class Publish(Protocol):
    """Hands a message to the broker; False where it was not even tried."""

    def __call__(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Publish."""


class SetupTeller:
    """Tells one body's kiosks. ``seal`` makes the message for a kiosk of a packed setup and its key.

    ``identity_key`` is that of national ids, for fairs that ask for those.
    """

    def __init__(
        self,
        body: str,
        *,
        seal: Callable[[bytes, bytes], bytes],
        publish: Publish,
        identity_key: bytes,
    ) -> None:
        self._body = body
        self._seal = seal
        self._publish = publish
        self._identity_key = identity_key
        self._told: dict[str, int] = {}

    def newer_than(self, registry: Registry, fair: str, version: int) -> bytes | None:
        """Give a fair's setup, packed, where it is newer; None also where the fair is closed."""
        if registry.setup_versions().get(fair, 0) <= version or fair in registry.closed_fairs():
            return None
        return self._packed(registry.setups()[fair][1])

    def tell(self, packed: bytes, kiosks: Mapping[str, bytes]) -> bool:
        """Seal a setup for each of these (public batch keys by device); False where the broker is away."""
        return all(
            self._publish(topics.down(self._body, device, "setup"), self._seal(packed, key))
            for device, key in kiosks.items()
        )

    def tell_changes(self, registry: Registry) -> None:
        """Tell the kiosks of each fair whose setup has changed since they were told."""
        versions = registry.setup_versions()
        changed = {fair for fair, version in versions.items() if version != self._told.get(fair)}
        if not changed:
            return
        setups, rows, closed = registry.setups(), registry.kiosks(), registry.closed_fairs()
        for fair in sorted(changed):
            kiosks = {row.device: row.batch_key for row in rows if row.fair == fair and fair not in closed}
            if self.tell(self._packed(setups[fair][1]), kiosks):
                self._told[fair] = versions[fair]

    def _packed(self, content: bytes) -> bytes:
        setup = msgspec.json.decode(content, type=Setup)
        if setup.identity_key:
            setup = msgspec.structs.replace(setup, identity_key=self._identity_key)
        return _packed_as_it_fits(setup)


def _packed_as_it_fits(setup: Setup) -> bytes:
    """Pack a setup; where it is too large, with the cards of half of the invitees, of a quarter, of none.

    Staff let those in whom a kiosk does not know, and the roll-call at the server knows them all the same.
    """
    while True:
        try:
            return pack_setup(setup)
        except EnvelopeError:
            if not setup.known_cards:
                raise
        fewer = islice(sorted(setup.known_cards.items()), len(setup.known_cards) // 2)
        setup = msgspec.structs.replace(setup, known_cards=dict(fewer))
