"""Facts as the batches that leave this kiosk, by MQTT or on a stick: the same bytes on either way."""

from collections.abc import Iterator, Sequence
from typing import Final

from nacl.signing import SigningKey

from kiosk.config import KioskConfig
from wire.envelope import seal_batch
from wire.events import MAX_BATCH

MOST_BATCH_BYTES: Final = 200 * 1024
"""Bytes of the facts in one batch; a longer row of them makes several."""


class Sealer:
    """Signs with a kiosk's own key and seals for the server's, 32 bytes."""

    def __init__(self, config: KioskConfig, sealing_key: bytes) -> None:
        self._device = config.device
        self._key = SigningKey(config.batch_seed)
        self._sealing_key = sealing_key

    def batches(self, epoch: int, first: int, payloads: Sequence[bytes]) -> Iterator[bytes]:
        """Give the sealed batches of facts that stand one after the other from ``first``."""
        for start, end in cuts([len(payload) for payload in payloads], MOST_BATCH_BYTES):
            yield seal_batch(
                payloads[start:end],
                device=self._device,
                epoch=epoch,
                first=first + start,
                sealing_key=self._sealing_key,
                key=self._key,
            )


def cuts(sizes: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Cut a row of payloads where ``most`` bytes or a batch are full: (start, end) of each, end excluded."""
    found, start, size = [], 0, 0
    for index, length in enumerate(sizes):
        if index > start and (size + length > most or index - start == MAX_BATCH):
            found.append((start, index))
            start, size = index, 0
        size += length
    if sizes:
        found.append((start, len(sizes)))
    return found
