"""A mutual society's meetings of delegates: territories of its own, rolls, absentees, recommendations."""

import csv
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx
from openpyxl import Workbook

from tests.brokers import free_port
from tests.programs import Process, asked, asked_json, asked_lines, call, json_of, telling
from tests.waiting import until

BODY: Final = "mutuelle"
TERRITORY: Final = "rabat-sale-temara"
AWAY: Final = "fes-meknes"
MEETING: Final = "delegates-2024-10"
INVITED, CAME = 41, 27
RECOMMENDED: Final = (
    {"ar": "فتح مكتب جهوي بتمارة", "fr": "Ouvrir un bureau à Témara"},
    {"ar": "تقليص آجال تعويض ملفات المرض"},
)


def delegates() -> list[tuple[str, str, str]]:
    """Give the delegates of the fixture: number, name in Arabic, name in Latin letters."""
    return [(f"00{number:04}", f"مندوب {number}", f"Delegue {number}") for number in range(1, INVITED + 3)]


class Society:
    """A server that serves the society alone, which has no fair."""

    def __init__(self, path: Path, ending: ExitStack) -> None:
        self.path = path
        self.home = path / "server"
        self.where = ("--dir", self.home)
        listen = f"127.0.0.1:{free_port()}"
        asked("server", "init", self.home, "--listen", listen, "--web", "127.0.0.1:0")
        self._ending = ending

    def ask(self, *words: str | Path) -> Any:
        return asked_json("server", *words, *self.where)

    def list_of(self, name: str, *rows: tuple[str, ...]) -> Path:
        file = self.path / name
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows(rows)
        return file

    def page(self) -> str:
        """Run the server and give where its page is."""
        server = Process("server", "run", "--dir", self.home)
        self._ending.callback(server.stop)
        with telling(server):
            until(lambda: "the live page is on" in server.errors(), seconds=30, what="a page")
        found = re.search(r"the live page is on (\S+)", server.errors())
        assert found
        return found[1]

    def token(self, name: str, role: str, *scope: str) -> str:
        made: str = self.ask("account", "token", name, "--role", role, *scope)["token"]
        return made


def test_the_delegates_of_a_territory_of_its_own_meet_and_recommend(
    tmp_path: Path, ending: ExitStack
) -> None:
    society = Society(tmp_path, ending)
    people = delegates()
    asked("server", "body", "add", BODY, "--name", "ar=التعاضدية العامة", *society.where)

    # A territory that is none of the country's regions, and lies in none.
    call("server", "territory", "add", TERRITORY, "--name", "ar=الرباط سلا تمارة", *society.where)
    call("server", "territory", "add", AWAY, "--name", "fr=Fès-Meknès", *society.where)
    book = society.list_of(
        "delegates.csv",
        ("PPR", "الاسم الكامل", "Nom complet", "Situation"),
        *((*each, "actif") for each in people),
    )
    assert society.ask("members", "import", book, "--yes")["new"] == len(people)

    # The meetings of a series; of the next one the month alone is known.
    plan = society.list_of(
        "plan.csv",
        ("session", "name_ar", "kind", "series", "territory", "date"),
        (MEETING, "لقاء مناديب الرباط سلا تمارة", "لقاء", "delegates", "الرباط سلا تمارة", "2024-10-09"),
        ("delegates-2025-05", "اللقاء الثاني", "لقاء", "delegates", TERRITORY, "2025-05"),
        ("delegates-next", "اللقاء الثالث", "لقاء", "delegates", AWAY, ""),
    )
    assert society.ask("session", "import", plan, "--yes")["new"] == 3
    listed = society.ask("session", "list", "--series", "delegates")
    assert [(each["session"], each["date"]) for each in listed] == [
        (MEETING, "2024-10-09"),
        ("delegates-2025-05", "2025-05"),
        ("delegates-next", ""),
    ]

    # Invitees by number; the sheet of the day comes back in Excel, with two who were not invited.
    invited, besides = people[:INVITED], people[INVITED:]
    numbers = society.list_of("invited.csv", ("PPR",), *((each[0],) for each in invited))
    assert society.ask("session", "invite", MEETING, "--from", numbers, "--yes")["new"] == INVITED
    sheet = Workbook()
    for row in (("رقم التأجير", "الحضور"), *((each[0], "حاضر") for each in (*invited[:CAME], *besides))):
        sheet.worksheets[0].append(row)
    sheet.save(society.path / "roll.xlsx")
    for count in (CAME + len(besides), 0):
        taken = society.ask("session", "attend", MEETING, "--from", society.path / "roll.xlsx", "--yes")
        assert (taken["new"], taken["refused"]) == (count, 0)

    roll = json_of("server", "session", MEETING, "--absent", *society.where)
    assert (roll["invited"], roll["present"], roll["attended"]) == (INVITED, CAME, CAME + len(besides))
    assert roll["rate"] == round(CAME / INVITED, 4)
    assert sorted(roll["absent"]) == [each[0] for each in invited[CAME:]]
    assert roll["territory"] == TERRITORY

    for texts in RECOMMENDED:
        said = [word for language, text in texts.items() for word in ("--text", f"{language}={text}")]
        society.ask("session", "recommend", MEETING, *said)
    society.ask("session", "recommendation", MEETING, "2", "--status", "done")
    found = society.ask("session", "recommendations", "--series", "delegates")
    assert [(each["texts"], each["status"]) for each in found] == [
        (RECOMMENDED[0], "open"),
        (RECOMMENDED[1], "done"),
    ]
    out = society.path / "attestation.pdf"
    assert society.ask("attestation", MEETING, "--out", out)["count"] == CAME + len(besides)
    assert out.read_bytes().startswith(b"%PDF")


def test_a_coordinator_sees_the_meetings_of_the_own_territory(tmp_path: Path, ending: ExitStack) -> None:
    society = Society(tmp_path, ending)
    asked("server", "body", "add", BODY, *society.where)
    for territory in (TERRITORY, AWAY):
        asked("server", "territory", "add", territory, "--name", f"fr={territory}", *society.where)
        words = ("--name", f"fr=Réunion de {territory}", "--territory", territory, "--date", "2024-10-09")
        asked("server", "session", "add", f"meeting-{territory}", *words, *society.where)
    here = society.token("here", "city", "--territory", TERRITORY)
    auditor = society.token("auditor", "auditor")
    url = society.page()

    def get(path: str, token: str) -> httpx.Response:
        return httpx.get(f"{url}{path}?lang=fr", headers={"authorization": f"Bearer {token}"}, timeout=10)

    listed = get("/sessions", here)
    assert listed.status_code == 200
    assert "Réunion de rabat-sale-temara" in listed.text
    assert AWAY not in listed.text
    assert get(f"/sessions/meeting-{TERRITORY}/roll", here).status_code == 200
    for path in (f"/sessions/meeting-{AWAY}", f"/sessions/meeting-{AWAY}/roll", "/sessions/none"):
        assert get(path, here).status_code == 403, path
    # An auditor sees what was held and how many came, and no name.
    assert get(f"/sessions/meeting-{AWAY}", auditor).status_code == 200
    assert get(f"/sessions/meeting-{AWAY}/roll", auditor).status_code == 403
    log = asked_lines("server", "audit", "show", *society.where)
    refused = {(row["who"], row["detail"]["action"]) for row in log if row["what"] == "refused"}
    assert {("here", "see-sessions"), ("here", "see-roll-call"), ("auditor", "see-roll-call")} <= refused
    looks = [row for row in log if row["what"] == "roll call"]
    assert [row["who"] for row in looks] == ["here"]
