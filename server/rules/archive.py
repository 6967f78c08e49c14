"""What an archive says of each fact: everything but for who it was.

Cards and members are left out wherever they stand. What kiosks have sealed stays sealed, and opens with
the server's key alone.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import msgspec

_OF_PEOPLE: Final = frozenset({"card", "card_id", "member", "replaces", "principal"})
"""Names under which a fact says whose it is, at whatever depth."""
_DEEPEST: Final = 32


def fact_line(row: Mapping[str, Any]) -> bytes:
    """Give a row of the ledger as a line of JSON."""
    values = {name: _told(value) for name, value in row.items()}
    if row.get("detail"):
        values["detail"] = _without_people_in(str(row["detail"]).encode())
    return msgspec.json.encode(values) + b"\n"


def quarantined_line(row: Mapping[str, Any], raw: bytes) -> bytes:
    """Give a quarantined event as a line of JSON; of what is no JSON its length alone."""
    return msgspec.json.encode({**row, "bytes": len(raw), "event": _without_people_in(raw)}) + b"\n"


def fair_of(raw: bytes) -> str | None:
    """Give the fair that an event says it is of; None where it cannot be read."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    fair = found.get("fair") if isinstance(found, dict) else None
    return fair if isinstance(fair, str) else None


def _told(value: object) -> object:
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _without_people_in(raw: bytes) -> object:
    try:
        raw.decode()
        return _without_people(msgspec.json.decode(raw), _DEEPEST)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _without_people(value: object, deeper: int) -> object:
    if deeper == 0:
        return None
    if isinstance(value, dict):
        return {
            key: _without_people(each, deeper - 1)
            for key, each in value.items()
            if str(key).lower() not in _OF_PEOPLE
        }
    if isinstance(value, list):
        return [_without_people(each, deeper - 1) for each in value]
    return value
