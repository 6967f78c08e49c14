"""A server's directory, and lists of members brought to it as an operator brings them."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner
from openpyxl import Workbook

from server.bootstrap import opened
from server.commands import program
from server.members.membership import Membership
from server.office import now_ms
from server.store.engine import Store
from tests.programs import EXAMPLE

HEAD: Final = (
    "Nom et prénom",
    "الاسم الكامل",
    "Catégorie",
    "N° PPR",
    "Ayant droit de",
    "GSM",
    "Date de naissance",
)
KARIM: Final = ("Karim Bennani", "كريم بناني", "actif", "0012345", "", "06 12 34 56 78", "31/05/1960")
FATIMA: Final = ("Fatima Bennani", "فاطمة بناني", "veuve", "", "0012345", "0661234567", "1965")
SALMA: Final = ("Salma Bennani", "", "enfant", "", "0012345", "", "2012-03")


class Register:
    """A server's directory with the example fair, and a directory at hand for lists."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.home = path / "server"

    def type(self, *words: str | Path, code: int = 0, answer: str | None = None) -> str:
        """Type a command; gives standard output, and standard error after it."""
        done = CliRunner().invoke(program, [*map(str, words), "--dir", str(self.home)], input=answer)
        told = f"{words}: exit {done.exit_code}\n{done.stdout}\n{done.stderr}"
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == code, told
        return done.stdout + done.stderr

    def json(self, *words: str | Path, code: int = 0) -> Any:
        done = CliRunner().invoke(program, [*map(str, words), "--json", "--dir", str(self.home)])
        assert done.exit_code == code, f"{words}\n{done.stdout}\n{done.stderr}\n{done.exception!r}"
        return json.loads(done.stdout)

    def list_of(self, *rows: Sequence[str], head: Sequence[str] = HEAD, name: str = "list.csv") -> Path:
        path = self.path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows((head, *rows))
        return path

    def book_of(self, *rows: Sequence[Any], name: str = "list.xlsx") -> Path:
        path = self.path / name
        book = Workbook()
        sheet = book.worksheets[0]
        for row in rows:
            sheet.append(list(row))
        book.save(path)
        return path

    def take(self, *rows: Sequence[str], code: int = 0, head: Sequence[str] = HEAD) -> Any:
        """Import a list of these rows."""
        return self.json("members", "import", self.list_of(*rows, head=head), "--yes", code=code)

    def refused(self, found: Any) -> list[dict[str, str]]:
        with Path(found["refused_file"]).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def said_of(self, *rows: Sequence[str]) -> list[tuple[str, str, str]]:
        """Import rows of which some are refused: their numbers, columns and reasons."""
        return [
            (row["refused_row"], row["refused_column"], row["refused_why"])
            for row in self.refused(self.take(*rows, code=1))
        ]

    def found(self, *text: str) -> list[str]:
        """Look for members; gives their Latin names."""
        return [row["name_latin"] for row in self.json("members", "find", *text)]

    def id_of(self, *text: str) -> str:
        [row] = self.json("members", "find", *text)
        member: str = row["member"]
        return member

    def exported(self, name: str = "out.csv") -> bytes:
        out = self.path / name
        out.unlink(missing_ok=True)
        self.type("members", "export", "--out", out)
        return out.read_bytes()

    def log(self, *words: str) -> list[dict[str, Any]]:
        done = CliRunner().invoke(program, ["audit", "show", "--json", *words, "--dir", str(self.home)])
        assert done.exit_code == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def membership(self) -> Iterator[tuple[Store, Membership]]:
        with opened(self.home) as (home, store, office):
            yield store, Membership(home, store, office, clock=now_ms, who="test")


def made_register(path: Path, database: str = "") -> Register:
    register = Register(path)
    words = ["--database", database] if database else []
    done = CliRunner().invoke(program, ["init", str(register.home), "--web", "", *words])
    assert done.exit_code == 0, done.output
    register.type("tour", "load", EXAMPLE)
    return register
