"""``riwaq-kiosk scan``: what a camera or a picture shows, without recording anything."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from kiosk.bootstrap import journal_path
from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.devices.camera import Source, pictures
from kiosk.devices.decoder import Decoder
from kiosk.journal import JournalError, reading
from kiosk.rules.desk import Desk, RecentVisits
from wire.card import RefusalCode, parse
from wire.envelope import EnvelopeError
from wire.programme import open_programme, open_revocations

NOTHING: Final = "nothing"
READ: Final = "read"
CARD: Final = "card"
UNREADABLE: Final = "unreadable"

_SENTENCES: Final = {
    NOTHING: "no code seen: bring it closer, or give it more light",
    READ: "read",
    CARD: "a card of a form that kiosks take",
    UNREADABLE: "cannot be read: is it a picture, a video or a camera?",
    "accepted": "a card that this kiosk accepts",
    "staff": "a staff card",
    RefusalCode.FOREIGN_CODE: "a code, but no card",
    RefusalCode.MALFORMED: "a damaged card",
    RefusalCode.UNKNOWN_VERSION: "a card of a later version",
    RefusalCode.WRONG_BODY: "a card of another body",
    RefusalCode.UNKNOWN_KEY: "a card signed by a key that this kiosk does not know",
    RefusalCode.BAD_SIGNATURE: "a card whose signature does not hold",
    RefusalCode.EXPIRED: "a card that has expired",
    RefusalCode.NOT_YET_VALID: "a card that is not valid yet",
    RefusalCode.REVOKED: "a revoked card",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One picture: what codes it held, the verdict on the first, and how long reading took (ms)."""

    source: str
    text: list[str]
    verdict: str
    ms: float

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return asdict(self)

    def sentence(self) -> str:
        """Say it in words. A card's token is a credential and not among them."""
        words = _SENTENCES.get(self.verdict, self.verdict)
        shown = [text for text in self.text if self.verdict == READ and text.isprintable()]
        return f"{words}: {' · '.join(text[:80] for text in shown)}" if shown else words


class Judge:
    """Gives the verdict on what was read: by the form alone, or as a kiosk with this config would."""

    def __init__(self, config: KioskConfig | None, *, raw: bool) -> None:
        self._raw = raw
        self._clock = Clock()
        self._desk = _desk_of(config) if config else None

    def verdict(self, texts: list[str]) -> str:
        """Judge the codes of one picture by the first, which is a card where there is one."""
        if not texts:
            return NOTHING
        if self._raw:
            return READ
        if self._desk is not None:
            decision = self._desk.decide(texts[0], RecentVisits(), self._clock.read())
            return str(decision.code or decision.outcome)
        parsed = parse(texts[0])
        return str(parsed) if isinstance(parsed, RefusalCode) else CARD


def looks(sources: Iterable[str], judge: Judge, *, seconds: float = 0.0) -> Iterator[Look]:
    """Look at every picture of every source; a camera until Ctrl-C, or for so many seconds."""
    decoder = Decoder()
    for source in sources:
        stream = Source.parse(source).is_camera
        deadline = time.monotonic() + seconds if seconds and stream else None
        seen = 0
        for seen, (name, picture) in enumerate(pictures(source), 1):  # noqa: B007 - used below
            if picture is None:
                yield Look(name, [], UNREADABLE, 0.0)
                continue
            started = time.perf_counter()
            moving = stream or "#" in name.removeprefix(source)
            texts = decoder.read(picture) if moving else decoder.read_photo(picture)
            ms = (time.perf_counter() - started) * 1000
            yield Look(name, texts, judge.verdict(texts), round(ms, 2))
            if deadline is not None and time.monotonic() > deadline:
                break
        if not seen:
            yield Look(source, [], UNREADABLE, 0.0)  # a folder without pictures


def _desk_of(config: KioskConfig) -> Desk:
    none = JournalError("this kiosk has no programme yet: run it once with a network, or leave out --config")
    if not journal_path(config).exists():
        raise none
    with reading(journal_path(config)) as journal:
        programme, revocations = journal.get("programme"), journal.get("revocations")
        last_server_ms = journal.last_server_time
    if programme is None:
        raise none
    try:
        return Desk(
            body_key=config.body_key,
            programme=open_programme(programme, config.body_key),
            revocations=open_revocations(revocations, config.body_key) if revocations else None,
            last_server_ms=last_server_ms,
        )
    except EnvelopeError as problem:
        raise JournalError(f"the kept programme cannot be used: {problem}") from None
