"""What to write instead, in the words of the file at hand: TOML, or a sheet of cells."""

from collections.abc import Mapping


class TomlHints:
    """For someone who edits a TOML file. ``examples`` says for a key what to write where it is missing."""

    def __init__(self, examples: Mapping[str, str]) -> None:
        self._examples = examples

    def number(self, example: str) -> str:
        """Say how to write a number where a text stands."""
        return f"write {example}, without quotes"

    def text(self, written: str) -> str:
        """Say how to write a text where something else stands; empty where that cannot be shown."""
        return f'write "{written}"' if written else 'write a text in quotes: "…"'

    def missing(self, key: str, where: str) -> str:
        """Say what to write for a missing key of a table."""
        if key == "id":
            return f'write id = "…" in {where}'
        return self._examples.get(key, f"write {key} = …")

    def language(self, language: str) -> str:
        """Say how to add a language to a name."""
        return f'write {language} = "…" beside the others'

    def names(self, written: str) -> str:
        """Say how to write a name in its languages."""
        return f'write {{ ar = "…", fr = "{written}" }}'

    def table(self, header: str) -> str:
        """Say how to begin a table."""
        return f"write {header} above its keys"

    def describe(self, section: str) -> str:
        """Say where something belongs that is referred to and described nowhere."""
        return f"describe it in [[{section}]], or take this out"


class SheetHints(TomlHints):
    """For someone who edits a workbook."""

    def number(self, example: str) -> str:
        """Say how to write a number where a text stands."""
        return f"write the number {example} into the cell"

    def text(self, written: str) -> str:
        """Say how to write a text where something else stands."""
        return f"format the cell as text and write {written}" if written else "format the cell as text"

    def missing(self, key: str, where: str) -> str:
        """Say what to write for a missing key of a table."""
        if not where:
            return f"add a sheet named {key}, or its rows in the sheet settings"
        return f"fill in the column {key}"

    def language(self, language: str) -> str:
        """Say how to add a language to a name."""
        return f"fill in the column of {language}"

    def names(self, written: str) -> str:
        """Say how to write a name in its languages."""
        return f"make columns of it, one a language: names.ar, names.fr with {written}"

    def table(self, header: str) -> str:
        """Say how to begin a table."""
        return f"make columns of it for {header.strip('[]')}"

    def describe(self, section: str) -> str:
        """Say where something belongs that is referred to and described nowhere."""
        return f"describe it in the sheet {section}, or empty this cell"
