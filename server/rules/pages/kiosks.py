"""The page of kiosks, of one fair or of all: each as a sentence, and what a technician asks of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.rules.pages.figure import Figure
from server.rules.pages.kiosks_data import CodeWaiting, KioskFair, KioskRevoked, KioskSeen, KiosksSeen
from server.rules.sentences import CLOCK_WRONG_MS, Health, KioskNow, Phrase, Says, Sentence, sentence_of
from server.rules.wording import Words

MB_A_GB: Final = 1000
_GB_FROM_MB: Final = 10 * MB_A_GB
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 24 * _HOUR_S
_WORST_FIRST: Final = (Health.BAD, Health.WATCH, Health.GOOD)
_CAMERA: Final = {"missing": Says.CAMERA_MISSING, "ended": Says.CAMERA_ENDED}


@dataclass(frozen=True, slots=True)
class Told:
    """A text of a kiosk's; ``is_wrong`` where somebody should do something about it."""

    text: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class KioskLine:
    """A kiosk. Texts are empty where nothing is known."""

    id: str
    name: str
    booth: str
    fair: str
    health: str
    word: str
    sentence: str
    advice: str
    in_trouble: bool
    contact: str
    waiting: str
    oldest: str
    camera: Told
    machine: list[Told]
    programme: Told
    program: str


@dataclass(frozen=True, slots=True)
class AsideLine:
    """A code that waits, or a kiosk that was revoked."""

    id: str
    name: str
    booth: str
    fair: str
    text: str
    reason: str = ""
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class KiosksPage:
    """Everything on the page of kiosks."""

    title: str
    when: str
    note: str
    with_fairs: bool
    troubled: int
    figures: list[Figure]
    kiosks: list[KioskLine]
    codes: list[AsideLine]
    revoked: list[AsideLine]


def page_of(seen: KiosksSeen, words: Words, now: int) -> KiosksPage:
    """Put kiosks into words at ``now``, ms UTC; the worst stand first."""
    fairs = {fair.id: _FairWords(fair, words, now) for fair in seen.fairs}
    judged = [(kiosk, sentence_of(kiosk.now, now)) for kiosk in seen.kiosks]
    judged.sort(key=lambda entry: (_WORST_FIRST.index(entry[1].health), entry[0].fair, entry[0].now.name))
    lines = [fairs[kiosk.fair].line(kiosk, sentence) for kiosk, sentence in judged]
    troubled = sum(line.in_trouble for line in lines)
    codes = [fairs[code.fair].code(code, number) for number, code in enumerate(seen.codes)]
    one = fairs[seen.fairs[0].id].name if seen.is_one and seen.fairs else ""
    return KiosksPage(
        title=words.text("Kiosks"),
        when=one or words.text("All fairs"),
        note=_note(lines, troubled, words),
        troubled=troubled,
        with_fairs=not seen.is_one,
        figures=_figures([kiosk.now for kiosk, _ in judged], lines, words, now),
        kiosks=lines,
        codes=codes,
        revoked=[fairs[kiosk.fair].gone(kiosk) for kiosk in seen.revoked],
    )


def _note(lines: Sequence[KioskLine], troubled: int, words: Words) -> str:
    if not lines:
        return words.text("No kiosk yet.")
    if not troubled:
        return words.text("All is well.")
    return words.counted("{count} kiosk to look at", "{count} kiosks to look at", troubled)


def _figures(kiosks: Sequence[KioskNow], lines: Sequence[KioskLine], words: Words, now: int) -> list[Figure]:
    connected = sum(kiosk.connected(now) for kiosk in kiosks)
    waiting = sum(kiosk.waiting for kiosk in kiosks)
    at = sum(kiosk.waiting > 0 for kiosk in kiosks)
    old = sum(line.programme.is_wrong for line in lines)
    by_health = {health: sum(line.health == health for line in lines) for health in Health}
    return [
        Figure(
            "connected",
            words.text("Kiosks connected"),
            words.number(connected),
            words.counted("of {count} kiosk", "of {count} kiosks", len(kiosks)),
        ),
        Figure(
            "bad",
            words.text("Need you"),
            words.number(by_health[Health.BAD]),
            words.text("somebody has to go there"),
        ),
        Figure(
            "watch",
            words.text("To look at"),
            words.number(by_health[Health.WATCH]),
            words.text("when there is time"),
        ),
        Figure(
            "waiting",
            words.text("Facts waiting"),
            words.number(waiting),
            words.counted("at {count} kiosk, safe", "at {count} kiosks, safe", at)
            if at
            else words.text("nothing waiting"),
        ),
        Figure(
            "older",
            words.text("Older programme"),
            words.number(old),
            words.text("fetched by itself once connected"),
        ),
    ]


class _FairWords:
    """Puts the kiosks of one fair into words."""

    def __init__(self, fair: KioskFair, words: Words, now: int) -> None:
        self._fair = fair
        self._words = words
        self._now = now
        self.name = words.name(fair.names, fair.id)

    def line(self, kiosk: KioskSeen, sentence: Sentence) -> KioskLine:
        """Give a kiosk's line."""
        words, now = self._words, kiosk.now
        # A kiosk that was put away works no more, and that is well.
        is_done = now.fair_closed and sentence.health is Health.GOOD
        programme = self._programme(kiosk)
        return KioskLine(
            id=now.device,
            name=now.name,
            booth=self._booth(now.booth),
            fair=self.name,
            health=sentence.health,
            word=words.text("done") if is_done else words.health(sentence.health),
            sentence=" · ".join(words.phrase(each, self._fair.zone, self._now) for each in sentence.says),
            advice=" ".join(map(words.advice, sentence.advice)),
            in_trouble=sentence.health is not Health.GOOD or programme.is_wrong,
            contact=self._contact(kiosk),
            waiting=words.number(now.waiting),
            oldest=self._oldest(now),
            camera=self._camera(now),
            machine=list(self._machine(now)),
            programme=programme,
            program=now.state.software if now.state else "",
        )

    def code(self, code: CodeWaiting, number: int) -> AsideLine:
        """Give the line of a code that waits; the code itself is told nowhere."""
        is_over = code.valid_until < self._now
        until = self._words.moment(code.valid_until, self._fair.zone, self._now)
        text = (
            self._words.text("over since {at}: make another one", at=until)
            if is_over
            else self._words.text("good until {at}", at=until)
        )
        booth = self._booth(code.booth)
        return AsideLine(f"code-{number}", code.name, booth, self.name, text, is_over=is_over)

    def gone(self, kiosk: KioskRevoked) -> AsideLine:
        """Give the line of a kiosk that was revoked."""
        since = self._words.past(kiosk.revoked_at, self._fair.zone, self._now)
        text = self._words.text("revoked: {at}", at=since)
        booth = self._booth(kiosk.booth)
        return AsideLine(f"gone-{kiosk.device}", kiosk.name, booth, self.name, text, reason=kiosk.reason)

    def _booth(self, booth: str) -> str:
        return self._words.name(self._fair.booths.get(booth, {}), booth)

    def _moment(self, at: int) -> str:
        return self._words.moment(at, self._fair.zone, self._now)

    def _contact(self, kiosk: KioskSeen) -> str:
        words = self._words
        if kiosk.now.seen_at is None:
            return words.text("never heard from")
        if not kiosk.now.connected(self._now):
            return words.text("last heard from: {at}", at=self._moment(kiosk.now.seen_at))
        if kiosk.hello_at is None:
            return words.text("connected")
        return words.text("connected since {at}", at=self._moment(kiosk.hello_at))

    def _oldest(self, kiosk: KioskNow) -> str:
        if kiosk.state is None or not kiosk.waiting:
            return ""
        silent = kiosk.silent_ms(self._now) or 0
        seconds, words = kiosk.state.oldest_waiting_s + silent // 1000, self._words
        if seconds < _MINUTE_S:
            return words.counted("oldest: {count} second", "oldest: {count} seconds", seconds)
        if seconds < _HOUR_S:
            return words.counted("oldest: {count} minute", "oldest: {count} minutes", seconds // _MINUTE_S)
        if seconds < 2 * _DAY_S:
            return words.counted("oldest: {count} hour", "oldest: {count} hours", seconds // _HOUR_S)
        return words.counted("oldest: {count} day", "oldest: {count} days", seconds // _DAY_S)

    def _camera(self, kiosk: KioskNow) -> Told:
        state = kiosk.state
        if state is None:
            return Told("")
        if state.camera_trouble:
            says = _CAMERA.get(state.camera_trouble, Says.CAMERA_BLIND)
            return Told(self._words.phrase(Phrase(says), self._fair.zone, self._now), is_wrong=True)
        if state.camera_rate is None:
            return Told("")
        rate = round(state.camera_rate)
        return Told(self._words.counted("{count} picture a second", "{count} pictures a second", rate))

    def _machine(self, kiosk: KioskNow) -> Iterator[Told]:
        """Tell of disk, temperature and clock; what is wrong of them the sentence says, too."""
        words, state = self._words, kiosk.state
        wrong = {phrase.code for phrase in sentence_of(kiosk, self._now).says}
        if state is not None and state.disk_free_mb is not None:
            free = state.disk_free_mb
            text = (
                words.counted("{count} GB free", "{count} GB free", free // MB_A_GB)
                if free >= _GB_FROM_MB
                else words.counted("{count} MB free", "{count} MB free", free)
            )
            yield Told(text, Says.DISK in wrong)
        if state is not None and state.temperature_c is not None:
            degrees = round(state.temperature_c)
            yield Told(words.counted("{count} degree", "{count} degrees", degrees), Says.HOT in wrong)
        if kiosk.clock_wrong_ms is not None:
            minutes = round(abs(kiosk.clock_wrong_ms) / 60_000)
            is_wrong = abs(kiosk.clock_wrong_ms) > CLOCK_WRONG_MS
            off = words.counted("clock off by {count} minute", "clock off by {count} minutes", minutes)
            yield Told(off if is_wrong else words.text("clock right"), is_wrong)

    def _programme(self, kiosk: KioskSeen) -> Told:
        words, state = self._words, kiosk.now.state
        if state is None or kiosk.now.wiped:
            return Told("")
        if not state.programme_version:
            return Told(words.text("no programme yet"), is_wrong=True)
        if state.programme_version >= self._fair.newest:
            return Told(words.text("newest programme"))
        # A programme's version is when it was signed.
        return Told(
            words.text("older programme, of {at}", at=self._moment(state.programme_version)), is_wrong=True
        )
