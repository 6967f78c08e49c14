"""Files that one takes home from the pages: which there are, in what kinds, and how they are called."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

_MOST_NAME: Final = 100


class Kind(StrEnum):
    """What is in a file."""

    REPORT = "report"
    PARTNER = "partner"
    ATTESTATION = "attestation"
    ARCHIVE = "archive"


ENDINGS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.REPORT: ("pdf", "xlsx", "csv"),
    Kind.PARTNER: ("xlsx", "csv"),
    Kind.ATTESTATION: ("pdf", "xlsx", "csv"),
    Kind.ARCHIVE: ("zip",),
}
"""What each can be written as, the most usual first."""
PROGRAMS: Final = {"pdf": "PDF", "xlsx": "Excel", "csv": "CSV", "zip": "ZIP"}
MEDIA: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A file that somebody wants: of a fair or, without one, of a tour; ``who`` is the account's name.

    ``about`` is the partner's or the session's id. ``leaving``: for readers outside of the body.
    """

    kind: Kind
    who: str
    of: str
    ending: str
    language: str
    about: str = ""
    leaving: bool = False

    @property
    def name(self) -> str:
        """What the file is called where nothing but ASCII may stand."""
        parts = [self.kind, self.of, self.about, "outside" if self.leaving else "", self.language]
        if self.kind is Kind.ARCHIVE:
            del parts[-1]
        stem = "-".join(re.sub(r"[^A-Za-z0-9._-]+", "-", part) for part in parts if part)
        return f"{stem[:_MOST_NAME]}.{self.ending}"


def named(title: str, ending: str) -> str:
    """Give a title as a file's name: no letter of it leads elsewhere, ends the name or turns it round."""
    kept = "".join(
        " " if each in '/\\:*?"<>|' or unicodedata.category(each) in {"Zs", "Zl", "Zp"} else each
        for each in unicodedata.normalize("NFC", title)
        if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    stem = " ".join(kept.split())[:_MOST_NAME].strip(" .")
    return f"{stem or 'file'}.{ending}"


def disposition(plain: str, full: str) -> str:
    """Give the header by which a browser saves a file: a plain name for old ones, and the full one."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"
