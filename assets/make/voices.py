"""What the kiosk's screens say aloud: recorded by people, or else spoken by espeak-ng where it is installed.

A recording is `voice/LANGUAGE/NAME.wav` or `.ogg` here in `assets`, by the names of
`kiosk.rules.wording.spoken`. Where there is neither a recording nor a program that speaks the
language (none speaks Tamazight), there is no file, and the screen is silent.
"""

import os
import re
import shutil
import subprocess
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from assets.make.trouble import CannotMakeError
from kiosk.rules.wording import spoken
from kiosk.ui.languages import OFFERED, SOURCE
from kiosk.ui.prompts import FORMATS

ASSETS = Path(__file__).parent.parent
PROGRAM = "espeak-ng"
# What the program speaks, of what a kiosk offers, and at how many words a minute by its own count: calm,
# for old ears in a hall that is full. It counts in English words, and Arabic ones are longer.
VOICES = {"ar": ("ar", 160), "fr": ("fr-fr", 135), "en": ("en-gb", 135)}
_PATIENCE_S = 20

_VOWELS = "\u064b-\u0652"
# How the program must find Arabic with its vowels written, so as not to swallow half of it.
_ARABIC = (
    # A vowel after the sign that doubles a letter, where Unicode puts it before.
    (rf"([{_VOWELS}])\u0651", "\u0651\\1"),
    # After the article it doubles by itself; and behind a prefix it misses the article.
    (r"(?<!\S)([وفبك][\u064e\u0650])ال([تثدذرزسشصضطظن])\u0651", "\\1\\2\u0652\\2"),
    (r"(?<!\S)([وفبك][\u064e\u0650])ال(?!\u0651)", "\\1ل\u0652"),
    (r"(?<=ال)([تثدذرزسشصضطظلن])\u0651", "\\1"),
    # Elsewhere two letters, for it forgets the vowel of a doubled one.
    ("([ء-ي])\u0651", "\\1\u0652\\1"),
    # Silent: the ending of feminine words before a rest, and the alif after the plural's.
    (r"ة\u0652?(?=\s*(?:[.,،:؟!]|$))", ""),
    (r"(?<=\u064fو)ا(?![ء-ي])", ""),
)


class _MuteError(Exception):
    """The program does not speak; in its own words."""


class _Words:
    """One language's catalogue, as translators wrote it."""

    def __init__(self, catalogue: Catalog) -> None:
        self._catalogue = catalogue

    def gettext(self, message: str) -> str:
        """Give the words for an English sentence."""
        found = self._catalogue.get(message)
        return str(found.string) if found and found.string else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Give the words for a number of things: none of them is ever spoken."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def make(out: Path, assets: Path = ASSETS) -> str:
    """Write `voice/LANGUAGE/NAME.wav`; give a sentence where something is not as it might be."""
    (out / "voice").mkdir(parents=True)
    recorded = _recorded(assets / "voice")
    for (language, _), file in recorded.items():
        (out / "voice" / language).mkdir(exist_ok=True)
        shutil.copyfile(file, out / "voice" / language / file.name)
    program = shutil.which(PROGRAM)
    if program is None:
        return (
            f"no {PROGRAM} here, so kiosks speak by tones alone: install it, and the next start makes voices"
        )
    wanted = {
        out / f"voice/{language}/{name}.wav": (VOICES[language], text)
        for language in OFFERED
        if language in VOICES
        for name, text in texts(language, assets).items()
        if (language, name) not in recorded
    }
    for file in wanted:
        file.parent.mkdir(exist_ok=True)
    try:
        with ThreadPoolExecutor(os.cpu_count()) as several:
            list(several.map(lambda each: _speak(program, *each), ((*wanted[file], file) for file in wanted)))
    except (_MuteError, OSError, subprocess.TimeoutExpired) as trouble:
        for file in wanted:
            file.unlink(missing_ok=True)
        return f"{PROGRAM} does not speak, so kiosks speak by tones alone ({trouble})"
    return ""


def texts(language: str, assets: Path = ASSETS) -> dict[str, str]:
    """Give what is spoken in a language, by the names of prompts."""
    catalogue = Catalog()
    if language != SOURCE:
        with (assets / f"locale/{language}/LC_MESSAGES/kiosk.po").open("rb") as file:
            catalogue = read_po(file)
    vowelled = vowels(assets / f"voice/{language}.txt")
    return {
        name: spoken.aloud(tuple(vowelled.get(bare(each), each) for each in sentences))
        for name, sentences in spoken.prompts(_Words(catalogue)).items()
    }


def vowels(file: Path) -> dict[str, str]:
    """Read sentences with their vowels, by what is written of them elsewhere; none where nobody wrote any."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {bare(line): line.strip() for line in lines if line.strip() and not line.startswith("#")}


def bare(sentence: str) -> str:
    """Give a sentence as it is mostly written: without Arabic's vowels."""
    return re.sub(f"[{_VOWELS}]", "", unicodedata.normalize("NFC", sentence)).replace("ٱ", "ا").strip()


def for_program(text: str) -> str:
    """Spell Arabic as the program reads it best; other languages have none of these letters."""
    for pattern, spelling in _ARABIC:
        text = re.sub(pattern, spelling, text)
    return text


def _recorded(voice: Path) -> dict[tuple[str, str], Path]:
    """Find recordings; one of a name that no screen asks for is a slip."""
    found: dict[tuple[str, str], Path] = {}
    for ending, language in product(reversed(FORMATS), OFFERED):
        for file in sorted((voice / language).glob(f"*{ending}")):
            if file.stem not in spoken.NAMES:
                raise CannotMakeError(
                    f"{file}: no screen says {file.stem!r}. Name it as docs/voices.md lists."
                )
            found[language, file.stem] = file
    return found


def _speak(program: str, voice: tuple[str, int], text: str, file: Path) -> None:
    name, speed = voice
    command = [program, "-v", name, "-s", str(speed), "-b", "1", "--stdin", "-w", str(file)]
    done = subprocess.run(  # noqa: S603 - the program that was found
        command, input=for_program(text).encode(), capture_output=True, timeout=_PATIENCE_S, check=False
    )
    if done.returncode or not file.is_file():
        raise _MuteError(done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}")
