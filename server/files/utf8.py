"""Text as it must be, and in words what it is instead."""

import unicodedata
from typing import Final

_INSTEAD: Final = "open it in the program that wrote it and save it as UTF-8"


class NotUtf8Error(Exception):
    """Content that is no UTF-8, found in ``line``; ``what`` it seems to be, ``instead`` what to do."""

    def __init__(self, line: int, looks_like: str) -> None:
        super().__init__(looks_like)
        self.line = line
        self.what = f"the file is not UTF-8: {looks_like}"
        self.instead = _INSTEAD


def decode(content: bytes) -> str:
    """Decode UTF-8, a byte order mark included; raises :class:`NotUtf8Error`."""
    for mark, name in ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32")):
        if content.startswith(mark):
            raise NotUtf8Error(1, f"it begins with the mark of {name}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotUtf8Error(1, "it begins with the mark of UTF-16")
    head = content[:1000]
    if head.count(0) * 3 >= len(head) > 1:
        raise NotUtf8Error(1, "it looks like UTF-16 without its mark")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        bad = content[problem.start : problem.start + 1].hex().upper()
        raise NotUtf8Error(line, f"the byte {bad} stands in this line, {_encoding_guess(content)}") from None


def _encoding_guess(content: bytes) -> str:
    high = bytes(byte for byte in content if byte >= 0x80)[:4000]  # noqa: PLR2004 - beyond ASCII
    letters = high.decode("cp1256")
    arabic = sum(unicodedata.name(letter, "").startswith("ARABIC") for letter in letters)
    # French accents keep their places in cp1256, so Arabic letters decide.
    if arabic * 2 > len(high):
        return "and it looks like Windows Arabic (cp1256)"
    return "and it looks like Windows Western (cp1252) or a file that is no text"
