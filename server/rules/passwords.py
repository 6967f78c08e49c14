"""What a password may be, as people choose it: long counts, strange characters do not."""

import re
from hashlib import sha256
from typing import Final

from server.rules.names import folded

SHORTEST: Final = 10
LONGEST: Final = 256
_LEAST_DIFFERENT: Final = 5
_CODE_SECRET: Final = re.compile(r"[A-Z2-7]{32}")


def objection(password: str, name: str) -> str:
    """Say why a password will not do, as a code: ``short``, ``long``, ``plain``; empty where it will."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    is_name = folded(name) in folded(password) and len(password) < len(name) + _LEAST_DIFFERENT
    return "plain" if is_name or len(set(password)) < _LEAST_DIFFERENT else ""


def is_code_secret(text: str) -> bool:
    """Say whether this may be a secret of one-time codes as we draw them: 160 bits in Base32."""
    return _CODE_SECRET.fullmatch(text) is not None


def digest(secret: str) -> str:
    """Give the hash under which a random secret is kept: a token, or a one-time link's."""
    return sha256(secret.encode()).hexdigest()
