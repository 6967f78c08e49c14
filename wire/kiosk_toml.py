"""kiosk.toml as text: written by the server's office, or by a kiosk that has just been paired."""

import json
from dataclasses import dataclass
from typing import Final

_TEMPLATE: Final = """\
# A Riwaq kiosk. This file holds its keys: give it to this one kiosk and keep no other copy.
name = {name}
device = "{device}"

body = "{body}"
body_key = "{body_key}"
fair = "{fair}"
booth = "{booth}"
region = "{region}"

broker = "{broker}"
password = "{password}"

batch_key = "{batch_key}"
card_key = "{card_key}"
card_key_id = {card_key_id}
"""


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """Everything a kiosk is. ``body_key`` is public, ``batch_seed`` and ``card_seed`` are seeds: 32 bytes."""

    name: str
    device: str
    body: str
    body_key: bytes
    fair: str
    booth: str
    region: str
    broker: str
    password: str
    batch_seed: bytes
    card_seed: bytes
    card_key_id: int

    def __repr__(self) -> str:
        """Show who this is, never a key or the password."""
        return f"KioskSettings(device={self.device!r}, fair={self.fair!r}, booth={self.booth!r})"


def kiosk_toml(settings: KioskSettings) -> str:
    """Write settings down as TOML."""
    return _TEMPLATE.format(
        # A JSON string is a TOML string: quotes and backslashes in a name stay what they are.
        name=json.dumps(settings.name, ensure_ascii=False),
        device=settings.device,
        body=settings.body,
        body_key=settings.body_key.hex(),
        fair=settings.fair,
        booth=settings.booth,
        region=settings.region,
        broker=settings.broker,
        password=settings.password,
        batch_key=settings.batch_seed.hex(),
        card_key=settings.card_seed.hex(),
        card_key_id=settings.card_key_id,
    )
