"""A national id number (CIN) as it is kept: a keyed hash and its last three characters, never itself.

The number has one or two letters and up to seven digits and no check digit. The key is the server's,
and comes to kiosks sealed (``wire.setup``), only where the body has recorded its authorisation
(law 09-08): without it a hash tells nothing of the number.
"""

import re
import unicodedata
from hashlib import blake2b
from typing import Final, NamedTuple

TAIL: Final = 3
KEY_BYTES: Final = 32
_PERSON: Final = b"riwaq national"
_CIN: Final = re.compile(r"[A-Z]{1,2}[0-9]{1,7}")


class KeptNationalId(NamedTuple):
    """What is kept: 32 hex digits, and the last characters."""

    hash: str
    tail: str


def normalised(text: str) -> str:
    """Give a number as it is hashed, ``BE12345``; nothing where it is none."""
    number = unicodedata.normalize("NFKC", text).upper().replace(" ", "")
    return number if _CIN.fullmatch(number) else ""


def hashed(number: str, key: bytes) -> KeptNationalId:
    """Give what is kept of a normalised number; ``key`` has :data:`KEY_BYTES` bytes."""
    digest = blake2b(number.encode(), digest_size=16, key=key, person=_PERSON)
    return KeptNationalId(digest.hexdigest(), number[-TAIL:])
