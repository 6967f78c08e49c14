"""Active, retired, widows, children and other rights-holders: a widow outlives the principal."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from server.bootstrap import opened
from server.members.membership import Membership
from server.office import now_ms
from tests.journeys.hall import Booth, Hall, example_today, hall
from tests.journeys.test_staff import refuses
from tests.programs import asked_json, call, json_of
from tests.waiting import until
from wire.card import Card, parse

KARIM: Final = "0012345"
MEMBERS: Final = f"""name_latin,category,employee_number,principal,birth
Karim Bennani,active,{KARIM},,1960-05-31
Fatima Bennani,widow,,{KARIM},1965
Salma Bennani,child,,{KARIM},2012-03
Rachid Alami,retired,0012346,,1950
Mina Tazi,other,,,1971
"""
CATEGORIES: Final = {"active", "retired", "widow", "child", "other"}


def tokens_by_name(fair: Hall) -> dict[str, str]:
    """Let the members in and give each a card."""
    tour = fair.path / "tour.toml"
    tour.write_text(example_today(), encoding="utf-8")
    asked_json("server", "tour", "load", tour, "--dir", fair.office.path)
    listed = fair.path / "members.csv"
    listed.write_text(MEMBERS, encoding="utf-8")
    counts = asked_json("server", "members", "import", listed, "--yes", "--dir", fair.office.path)
    assert (counts["new"], counts["refused"]) == (5, 0)
    with opened(fair.office.path) as (home, store, office):
        membership = Membership(home, store, office, clock=now_ms, who="test")
        return {member.name_latin: token for member, _, token in membership.issue_member_cards()}


def a_booth(fair: Hall, ending: ExitStack, booth: str) -> Booth:
    """Give a kiosk at a booth, which has its programme."""
    config = fair.office.add_kiosk(booth, booth)
    found = Booth(config, fair.behind_proxy(config), ending)
    found.ready()
    return found


def number_of(token: str) -> str:
    parsed = parse(token)
    assert isinstance(parsed, tuple)
    card: Card = parsed[0]
    return str(card.identity)


def verdicts(booth: Booth, *tokens: str) -> list[tuple[str, str]]:
    return [(each["outcome"], each["code"]) for each in booth.scan(*tokens)]


def sums(figures: dict[str, Any]) -> tuple[int, int]:
    """Add the categories up: visits and people."""
    entries = figures["by_category"].values()
    return sum(each["visits"] for each in entries), sum(each["attendance"] for each in entries)


def test_a_widow_still_checks_in_when_her_principals_rights_have_ended(
    tmp_path: Path, ending: ExitStack
) -> None:
    fair = ending.enter_context(hall(tmp_path))
    cards = tokens_by_name(fair)
    first, second = a_booth(fair, ending, "membership"), a_booth(fair, ending, "health")
    assert verdicts(first, *cards.values()) == [("accepted", "")] * 5

    where = ("--dir", fair.office.path)
    [karim] = asked_json("server", "members", "find", KARIM, *where)
    # The second kiosk has no network when it happens: it hears of it when it is back.
    second.proxy.take_down()
    call("server", "members", "deactivate", karim["member"], *where)
    lost = number_of(cards["Karim Bennani"])
    first.until(lambda: refuses(first, lost), "the principal's refusal")
    second.proxy.bring_up()
    second.until(lambda: refuses(second, lost), "the principal's refusal, late", 60)

    household = [cards[f"{name} Bennani"] for name in ("Karim", "Fatima", "Salma")]
    assert verdicts(second, *household) == [("refused", "revoked"), ("accepted", ""), ("accepted", "")]
    [widow] = asked_json("server", "members", "find", "Fatima", *where)
    assert (widow["deactivated_at"], widow["principal"]) == (None, karim["member"])

    second.until(second.delivered, "delivery")
    until(lambda: fair.office.stats()["visits"] == 7, seconds=30, what="all visits")
    figures = json_of("server", "stats", *where)
    assert set(figures["by_category"]) == CATEGORIES
    assert sums(figures) == (figures["visits"], figures["attendance"]) == (7, 5)
    assert figures["by_category"]["widow"] == {"visits": 2, "attendance": 1}
    # The principal's visit of before stands: it happened.
    assert figures["by_category"]["active"] == {"visits": 1, "attendance": 1}
    by_booth = {booth: counts["visits"] for booth, counts in figures["by_booth"].items() if counts["visits"]}
    assert by_booth == {"membership": 5, "health": 2}
