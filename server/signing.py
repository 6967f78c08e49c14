"""What kiosks check by the body's key, signed anew as it changes: programmes, and what cards are refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec

from server.rules.fair import FairDefinition
from server.rules.moments import utc
from server.settings import Secrets
from server.store.registry import Registry
from wire.programme import (
    CardKey,
    KioskEntry,
    Programme,
    Revocations,
    RevokedKey,
    ServerKeys,
    open_programme,
    sign_programme,
    sign_revocations,
)

_OVER_FOR: Final = timedelta(days=366)


class Signing:
    """Signs for one body, within its caller's transaction; ``clock`` gives ms UTC."""

    def __init__(self, secrets: Secrets, body: str, *, clock: Callable[[], int]) -> None:
        self._secrets = secrets
        self._key = secrets.body_key(body)
        self._clock = clock

    def programmes(self, registry: Registry) -> dict[str, Programme]:
        """Sign every fair's programme that says something else now, and give those in force by fair.

        The keys of all kiosks stand in each.
        """
        kiosks = registry.kiosks()
        card_keys = [CardKey(id=key_id, key=public) for key_id, public in registry.card_keys()]
        before = registry.programmes()
        closed = registry.closed_fairs()
        signed: dict[str, Programme] = {}
        for row in registry.fairs():
            definition = msgspec.json.decode(row.definition, type=FairDefinition)
            kept = before.get(row.fair)
            programme = definition.programme(
                version=next_version(kept[0] if kept else 0, self._clock()),
                issued_at=self._clock(),
                server=ServerKeys(
                    signing=bytes(self._secrets.signing_key.verify_key),
                    sealing=bytes(self._secrets.sealing_key.public_key),
                ),
                card_keys=card_keys,
                kiosks=[
                    KioskEntry(device=kiosk.device, batch_key=kiosk.batch_key, booth=kiosk.booth)
                    for kiosk in kiosks
                    if kiosk.fair == row.fair
                ],
                closed=row.fair in closed,
            )
            if kept is not None:
                in_force = open_programme(kept[1], bytes(self._key.verify_key))
                if _says_the_same(programme, in_force):
                    signed[row.fair] = in_force
                    continue
            registry.put_programme(row.fair, programme.version, sign_programme(programme, self._key))
            signed[row.fair] = programme
        return signed

    def revocations(self, registry: Registry) -> None:
        """Sign the cards and keys that are refused.

        A card that is over for a year is not among them: kiosks refuse it by its days, and one whose clock
        has forgotten these meets it no more. So the list does not grow for ever: it may take 256 KB, which
        are some 27,000 cards.
        """
        kept = registry.revocations()
        revocations = Revocations(
            version=next_version(kept[0] if kept else 0, self._clock()),
            issued_at=self._clock(),
            cards=registry.refused_since(utc(self._clock()).date() - _OVER_FOR),
            keys=[
                RevokedKey(key_id=key_id, known=cards) for key_id, cards in registry.revoked_keys().items()
            ],
        )
        message = sign_revocations(revocations, self._key)
        registry.put_revocations(revocations.version, message)


def next_version(before: int, now: int) -> int:
    """Give a version, at ``now`` (ms UTC), that is higher even in a registry restored from an older copy."""
    return max(before + 1, now)


def _says_the_same(one: Programme, other: Programme) -> bool:
    """Say whether two programmes differ in nothing but version and time."""
    return one == msgspec.structs.replace(other, version=one.version, issued_at=one.issued_at)
