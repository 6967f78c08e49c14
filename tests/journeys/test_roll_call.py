"""A delegates' meeting of "الرباط سلا تمارة": the scan is the roll-call, and the absentees are named."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.journeys.test_second_round import Site, wait_for
from tests.programs import Pipe, Process, call, json_of, lines_of, started_kiosk, telling
from tests.waiting import until
from wire.card import Card, parse

INVITED, CAME = 12, 9
SESSION = """
[[sessions]]
id = "delegates-of-rabat"
names = {{ ar = "لقاء مناديب الرباط سلا تمارة", fr = "Rencontre des délégués" }}
kind = "meeting"
fair = "casablanca-2024"
booth = "membership"
territory = "rabat-sale-temara"
day = {day}
invitees = [{invitees}]

"""


def number(token: str) -> str:
    """Give a card's number."""
    parsed = parse(token)
    assert isinstance(parsed, tuple)
    card: Card = parsed[0]
    return str(card.identity)


def load(site: Site, invited: list[str]) -> None:
    """Load the example with the meeting today."""
    today = datetime.now(UTC).date().isoformat()
    tour = site.path / "today" / "tour.toml"
    tour.parent.mkdir()
    call("server", "tour", "example", tour, "--second-day", today)
    text = tour.read_text(encoding="utf-8")
    listed = ", ".join(f'"{card}"' for card in invited)
    meeting = SESSION.format(day=today, invitees=listed)
    before, first, after = re.split(r"(?m)^(\[\[sessions\]\]\n)", text, maxsplit=1)
    tour.write_text(f"{before}{meeting.lstrip()}{first}{after}", encoding="utf-8")
    site.load(tour)


def staff_card(site: Site) -> str:
    """Issue a staff card and give its token."""
    out = site.path / "staff"
    where = ("--out", out, "--category", "staff", "--no-pictures", "--dir", site.home)
    call("server", "cards", "issue", *where)
    return (out / "cards.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[5]


def outcomes(process: Process) -> list[tuple[str, str]]:
    return [(told["outcome"], told["code"]) for told in process.notices("scanned")]


def test_the_roll_of_the_delegates_meeting_is_called_by_their_scans(
    tmp_path: Path, ending: ExitStack
) -> None:
    site = Site(tmp_path)
    # A body is needed before cards are: their numbers then stand on the list.
    site.load(site.path / "tour.toml")
    cards = site.tokens(INVITED + 2)
    invited, strangers = cards[:INVITED], cards[INVITED:]
    load(site, [number(card) for card in invited])
    ending.callback(site.run().stop)
    kiosk = site.add_kiosk("casablanca-2024", "membership")
    pipe = ending.enter_context(Pipe(kiosk.with_suffix(".pipe")))
    process = started_kiosk(kiosk, pipe.source)
    ending.callback(lambda: process.stop() if process.alive else None)
    with telling(process):
        # Until the list has come everyone is welcome: so the strangers are tried first, until one is not.
        until(lambda: process.notices("programme"), seconds=30, what="a programme")
        until(lambda: process.notices("link") and process.notices("delivered"), seconds=30, what="an answer")
        shown = [*invited[:CAME], strangers[0], strangers[1], staff_card(site)]
        for count, token in enumerate(shown, 1):
            pipe.scan(token)
            wait_for(process, count)
        assert outcomes(process) == [
            *[("accepted", "")] * CAME,
            ("refused", "not_invited"),
            ("refused", "not_invited"),
            ("accepted", ""),
        ], process.lines[-4:]
        last = max(told["seq"] for told in process.notices("scanned"))
        until(
            lambda: any(told["upto"] >= last for told in process.notices("delivered")),
            seconds=30,
            what="delivery",
        )
    where = ("delegates-of-rabat", "--absent", "--fair", "casablanca-2024", "--dir", site.home)
    roll = json_of("server", "session", *where)
    assert (roll["invited"], roll["present"], roll["attended"]) == (INVITED, CAME, CAME + 1)
    assert roll["rate"] == CAME / INVITED
    assert sorted(roll["absent"]) == sorted(number(card) for card in invited[CAME:])
    assert roll["unmatched"] == 0
    figures = site.stats("casablanca-2024")
    assert figures["attendance"] == CAME + 1
    rows = [
        row
        for row in lines_of("server", "facts", "list", "--dir", site.home)
        if row["kind"] == "session_attendance"
    ]
    assert [row["status"] for row in rows] == ["accepted"] * (CAME + 1)
