"""A sentence or two in a language: what happened, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class Translator(Protocol):
    """A catalogue of one language, as ``gettext`` gives it."""

    def gettext(self, message: str) -> str:
        """Give the words for an English sentence."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Give the words for a number of things, by the language's own plural rule."""


@dataclass(frozen=True, slots=True)
class Said:
    """What happened, and what to do."""

    title: str
    text: str


def in_words(translator: Translator, said: Said) -> Said:
    """Give both in a language."""
    # The empty sentence is a catalogue's own header to gettext.
    return Said(translator.gettext(said.title), translator.gettext(said.text) if said.text else "")


def sentences_of(*said: Said) -> Iterator[str]:
    """Give what a catalogue must hold of these."""
    for each in said:
        yield from filter(None, (each.title, each.text))
