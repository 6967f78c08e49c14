"""A server with a tour of two banks, members with cards, and what they did at its kiosks."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from server.bootstrap import opened
from server.commands import program
from server.intake import Intake
from server.members.membership import Membership
from server.office import now_ms
from server.rules.members.sheet import as_it_was
from server.settings import Home
from server.store.engine import Store
from tests.server.facts import batch, raw
from tests.server.tours import SMALL
from wire.card import CardIdentity, Category
from wire.events import CardRef, Fact, SessionAttendance, SignUp, Withdrawal
from wire.private import seal_private

RABAT: Final = "rabat-2024"
TANGIER: Final = "tangier-2024"
TOUR: Final = "amal-2024"
TWO_BANKS: Final = (
    SMALL
    + """
[[fairs]]
id = "tangier-2024"
names = { ar = "محطة طنجة", fr = "Étape de Tanger" }
first_day = 2025-01-10
last_day = 2025-01-12

[[partners]]
id = "other-bank"
names = { ar = "البنك الآخر", fr = "Autre banque" }
sector = "bank"

[[booths]]
id = "other-bank"
names = { ar = "رواق البنك الآخر", fr = "Espace autre banque" }
partner = "other-bank"

[[offers]]
id = "loan"
names = { ar = "قرض السكن", fr = "Prêt logement" }
booth = "bank"
consent = "contact"
needs_phone = true

[[offers]]
id = "savings"
names = { ar = "ادخار", fr = "Épargne" }
booth = "other-bank"
consent = "contact"

[[consents]]
id = "contact"
texts = { ar = "أوافق", fr = "J'accepte" }

[[sessions]]
id = "training"
names = { ar = "تكوين", fr = "Formation" }
fair = "rabat-2024"
day = "2024-05"

[[sessions]]
id = "undated"
names = { ar = "لقاء المندوبين", fr = "Réunion des délégués" }
fair = "rabat-2024"
"""
)
HEAD: Final = ("Nom et prénom", "الاسم الكامل", "Catégorie", "N° PPR", "GSM")


class Hall:
    """A server's directory; ``cards`` are the members' by employee number."""

    def __init__(self, path: Path, database: str = "") -> None:
        self.path = path
        self.home = path / "server"
        self.type("init", "--listen", "127.0.0.1:1883", "--web", "", "--database", database)
        (path / "tour.toml").write_text(TWO_BANKS, encoding="utf-8")
        self.type("tour", "load", path / "tour.toml")
        self.store = Store(Home(self.home).database)
        self._seq = 0
        self.cards: dict[str, CardRef] = {}

    def type(self, *words: str | Path, code: int = 0) -> str:
        """Type a command; gives standard output, and standard error after it."""
        done = CliRunner().invoke(program, [*map(str, words), "--dir", str(self.home)])
        told = f"{words}: exit {done.exit_code}\n{done.stdout}\n{done.stderr}"
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == code, told
        return done.stdout + done.stderr

    def json(self, *words: str | Path, code: int = 0) -> Any:
        """Type a command that answers with JSON."""
        done = CliRunner().invoke(program, [*map(str, words), "--json", "--dir", str(self.home)])
        assert done.exit_code == code, f"{words}\n{done.stdout}\n{done.stderr}\n{done.exception!r}"
        return json.loads(done.stdout)

    def enrol(self, *rows: Sequence[str]) -> None:
        """Take in members as in ``HEAD``, and give each a card."""
        file = self.path / "members.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows((HEAD, *rows))
        self.type("members", "import", file, "--yes")
        with self.membership() as membership:
            for member, row, _ in membership.issue_member_cards():
                self.cards[member.employee_number] = card_ref(row.card, member.category)

    @contextmanager
    def membership(self) -> Iterator[Membership]:
        """Give the members to act on."""
        with opened(self.home) as (home, store, office):
            yield Membership(home, store, office, clock=now_ms, who="test")

    def happen(self, fact: Fact, **changes: Any) -> int:
        """Let something happen at a kiosk, and arrive; gives the number of its event."""
        self._seq += 1
        values = {"fair": RABAT, "monotonic_ms": 1000 * self._seq, **changes}
        event = raw(self._seq, fact, **values)
        Intake(self.store, "amal", digest_key=bytes(32)).take([batch(self._seq, event)], now_ms())
        return self._seq

    def sign_up(self, who: CardRef, offer: str = "loan", phone: str = "", **changes: Any) -> int:
        """Sign up to an offer; a ``phone`` is ``given``, or one that is typed."""
        partner = changes.pop("partner", {"loan": "bank", "savings": "other-bank"}[offer])
        source = {"": "none", "given": "given"}.get(phone, "typed")
        key = bytes(Home(self.home).secrets.sealing_key.public_key)
        fact = SignUp(
            card=who,
            offer=offer,
            partner=partner,
            consent="contact",
            consent_version=3,
            language="fr",
            phone=source,  # type: ignore[arg-type]  # one of three
            sealed=seal_private({"phone": phone}, key) if source == "typed" else b"",
        )
        return self.happen(fact, **changes)

    def withdraw(self, who: CardRef, offer: str = "loan", **changes: Any) -> int:
        """Withdraw from an offer."""
        return self.happen(Withdrawal(card=who, offer=offer), **changes)

    def attend(self, who: CardRef, session: str = "training", **changes: Any) -> int:
        """Be at a session."""
        return self.happen(SessionAttendance(card=who, session=session), **changes)

    def file_of(self, partner: str, name: str = RABAT, language: str = "fr") -> list[list[str]]:
        """Export a partner's file as CSV, and give its rows without their headings."""
        out = self.path / f"{partner}-{name}-{language}.csv"
        out.unlink(missing_ok=True)
        self.type("partner", "export", name, "--partner", partner, "--out", out, "--language", language)
        return rows_of(out)[1:]

    def log(self) -> list[dict[str, Any]]:
        """Give the rows of the audit log."""
        lines = self.type("audit", "show", "--json").splitlines()
        return [json.loads(line) for line in lines]


def card_ref(number: str, category: int = Category.ACTIVE) -> CardRef:
    """Give a card as facts name it."""
    identity = CardIdentity.parse(number)
    return CardRef(key_id=identity.key_id, card_id=f"{identity.card_id:014x}", category=category)


def rows_of(file: Path) -> list[list[str]]:
    """Read a CSV as it was typed."""
    text = file.read_bytes().decode("utf-8-sig")
    return [
        [as_it_was(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")
    ]
