"""Whether a member was registered at this kiosk already: keyed hashes in memory, and nothing to read."""

import unicodedata
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple

from wire.folding import folded


class Likely(NamedTuple):
    """Somebody alike was registered, by ``phone``, ``employee_number`` or ``name``; ``at`` is ms UTC."""

    what: str
    at: int


class Doubles:
    """Remembers registrations of one run of the program by a ``key`` of that run alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: dict[bytes, int] = {}

    def likely(self, values: Mapping[str, str]) -> Likely | None:
        """Find somebody alike: first by the phone, then by the number, then by name and birth."""
        for what, said in _told(values):
            at = self._seen.get(self._hash(what, said))
            if at is not None:
                return Likely("name" if what.startswith("name") else what, at)
        return None

    def remember(self, values: Mapping[str, str], at: int) -> None:
        """Remember whoever was registered at a moment, ms UTC."""
        for what, said in _told(values):
            self._seen[self._hash(what, said)] = at

    def _hash(self, what: str, said: str) -> bytes:
        return blake2b(f"{what}\x1f{said}".encode(), key=self._key, digest_size=16).digest()


def _told(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for what in ("phone", "employee_number"):
        if said := values.get(what):
            yield what, said
    for what in ("name_ar", "name_latin"):
        name = folded(unicodedata.normalize("NFC", values.get(what, "")))
        if name:
            yield what, f"{name}\x1f{values.get('birth', '')}"
