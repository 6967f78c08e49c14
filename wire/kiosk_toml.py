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


def kiosk_toml(settings: KioskSettings, *, data: str = "", printer: str = "") -> str:
    """Write settings down as TOML; with what its machine has of its own, where somebody has set that."""
    text = _TEMPLATE.format(
        name=_quoted(settings.name),
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
    machine = {"data": data, "printer": printer}
    lines = "".join(f"{key} = {_quoted(value)}\n" for key, value in machine.items() if value)
    return f"{text}\n{lines}" if lines else text


def _quoted(text: str) -> str:
    # A JSON string is a TOML string: quotes and backslashes stay what they are.
    return json.dumps(text, ensure_ascii=False)
