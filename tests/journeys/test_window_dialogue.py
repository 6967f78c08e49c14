"""A member's dialogue with the real program: what is touched is in the ledger, each fact once."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.journeys.test_window import Site, opened, visits
from tests.kiosk.ui.remote import GREEN, Window
from tests.programs import Pipe, kiosk_facts
from tests.waiting import until

OFFERS = """
[[offers]]
id = "housing-loan"
names = { ar = "قرض السكن", fr = "Prêt logement" }
booth = "bank"
needs_phone = true

[[offers]]
id = "account"
names = { ar = "حساب مجاني", fr = "Compte gratuit" }
booth = "bank"

[[offers]]
id = "health-cover"
names = { ar = "تغطية صحية", fr = "Complémentaire santé" }
booth = "insurance"

[[consents]]
id = "contact"
version = 3
[consents.texts]
ar = "أوافق على أن يتصل بي الشريك الذي يقدم هذا العرض."
fr = "J'accepte que le partenaire de cette offre me contacte."
"""
BACK, NO, YES, WITHDRAW = "arrow-right", "x", "check", "undo-2"
SHOW_OFFERS, MINE, TELL_US, PHONE, SEND, MORE = (
    "gift",
    "list-checks",
    "message-circle",
    "phone",
    "send",
    "ellipsis",
)
LOAN, ACCOUNT, HEALTH = "قرض السكن", "حساب مجاني", "تغطية صحية"
BAD, WITH_CARD = "سيئة", "مع بطاقتي"
At = tuple[Window, Pipe]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("dialogue"), more=OFFERS)
    yield site
    site.close()


@pytest.fixture
def at_booth(site: Site, ending: ExitStack) -> At:
    """Give a kiosk with a scanner that sends lines, at a booth with two offers."""
    pipe = ending.enter_context(Pipe(site.path / f"pipe-{time.monotonic_ns()}"))
    window = opened(ending, site.config, pipe.source)
    window.until(lambda view: view["kind"] == "attract" and view["actions"], "the invitation")
    return window, pipe


def count(site: Site, kind: str) -> int:
    return sum(fact["kind"] == kind for fact in kiosk_facts(site.config))


def in_ledger(site: Site, kind: str) -> list[Any]:
    """Wait until everything is delivered, and give the facts of one kind; each is there once."""
    until(lambda: all(fact["delivered"] for fact in kiosk_facts(site.config)), seconds=40, what="delivery")
    facts = [row for row in site.office.facts() if row["status"] == "accepted"]
    assert set(Counter(row["event_id"] for row in facts).values()) <= {1}
    return [row for row in facts if row["kind"] == kind]


def begun(at_booth: At, token: str, *touches: str) -> Window:
    window, pipe = at_booth
    pipe.scan(token)
    window.until(lambda view: view["kind"] in {"accepted", "repeat"}, "a verdict")
    window.touch(*touches)
    return window


def test_three_touches_sign_up_and_the_network_may_be_away(at_booth: At, site: Site) -> None:
    [token] = site.tokens(1)
    before = len(in_ledger(site, "sign_up"))
    site.proxy.take_down()
    try:
        window = begun(at_booth, token, SHOW_OFFERS, LOAN, YES)
        window.until_kind("signed_up")
        assert window.pixels((0.01, 0.9)) == [GREEN]
        assert count(site, "sign_up") == before + 1, "what is said to be so is in the journal"
    finally:
        site.proxy.bring_up()
    assert window.until_kind("offers")["tiles"] == {LOAN: True, ACCOUNT: False}
    assert len(in_ledger(site, "sign_up")) == before + 1
    assert window.process.stop() == 0
    assert window.process.errors() == ""


def test_another_number_is_typed_and_nobody_can_read_it_on_the_disk(at_booth: At, site: Site) -> None:
    [token] = site.tokens(1)
    window = begun(at_booth, token, SHOW_OFFERS, LOAN, PHONE)
    window.until_kind("number")
    time.sleep(0.35)
    for digit in "0612345678":
        assert window.ask("tap", digit)
    window.until(lambda view: view["typed"] == "06 12 34 56 78", "the number")
    window.touch(YES, YES)
    window.until_kind("signed_up")
    window.process.stop()
    told = "\n".join(window.process.lines)
    kept = b"".join(path.read_bytes() for path in site.config.parent.rglob("*.db*"))
    assert "612345678" not in told
    assert b"612345678" not in kept
    assert b"06 12 34" not in kept


def test_a_sign_up_is_withdrawn_and_both_are_in_the_ledger(at_booth: At, site: Site) -> None:
    [token] = site.tokens(1)
    before = [len(in_ledger(site, kind)) for kind in ("sign_up", "withdrawal")]
    window = begun(at_booth, token, SHOW_OFFERS, ACCOUNT, YES)
    window.until_kind("signed_up")
    window.until_kind("offers")
    window.touch(BACK, MINE, ACCOUNT, WITHDRAW)
    window.until_kind("withdrawn")
    # One of another booth, of which this kiosk knows nothing.
    window.until_kind("mine")
    window.touch(HEALTH, WITHDRAW)
    window.until_kind("withdrawn")
    after = [len(in_ledger(site, kind)) for kind in ("sign_up", "withdrawal")]
    assert after == [before[0] + 1, before[1] + 2]
    assert window.process.stop() == 0


def test_feedback_without_a_name_and_with_a_card(at_booth: At, site: Site) -> None:
    window, pipe = at_booth
    pipe.scan(*site.tokens(1))
    window.until_kind("accepted")
    window.until_kind("attract")
    before, came = len(in_ledger(site, "feedback")), visits(site.config)
    window.touch(TELL_US, BAD, SEND)
    window.until_kind("thanks")
    window.until_kind("attract")
    window.touch(TELL_US, BAD, MORE, WITH_CARD)
    window.until_kind("show_card")
    pipe.scan(*site.tokens(1))
    window.until(lambda view: view["tiles"].get(WITH_CARD), "the card")
    window.touch(SEND)
    window.until_kind("thanks")
    assert len(in_ledger(site, "feedback")) == before + 2
    assert visits(site.config) == came, "a card that answers is no visit"
    assert window.process.stop() == 0


@pytest.mark.long
def test_a_dialogue_that_is_left_is_wiped_and_agrees_to_nothing(at_booth: At, site: Site) -> None:
    before = count(site, "sign_up")
    window = begun(at_booth, *site.tokens(1), SHOW_OFFERS, LOAN, PHONE)
    time.sleep(0.35)
    for digit in "0655":
        window.ask("tap", digit)
    window.until(lambda view: view["typed"] == "0655", "what is typed")
    window.until_kind("still", seconds=40)
    after = window.until_kind("attract", seconds=30)
    assert not any(LOAN in text or "0655" in text for text in after["texts"])
    assert count(site, "sign_up") == before
    assert window.process.stop() == 0


def test_another_card_ends_a_consent_without_it(at_booth: At, site: Site) -> None:
    window, pipe = at_booth
    first, second = site.tokens(2)
    before, came = count(site, "sign_up"), visits(site.config)
    begun(at_booth, first, SHOW_OFFERS, ACCOUNT)
    window.until_kind("consent")
    pipe.scan(second)
    window.until_kind("accepted")
    window.ask("tap", YES)
    assert visits(site.config) == came + 2
    assert count(site, "sign_up") == before
    # The second member is shown nothing of the first one's.
    window.touch(SHOW_OFFERS)
    assert window.until_kind("offers")["tiles"] == {LOAN: False, ACCOUNT: False}
    assert window.process.stop() == 0


def test_fifty_taps_a_second_on_yes_sign_up_once(at_booth: At, site: Site) -> None:
    before = count(site, "sign_up")
    window = begun(at_booth, *site.tokens(1), SHOW_OFFERS, ACCOUNT)
    window.until_kind("consent")
    began = time.monotonic()
    for tap in range(100):
        window.ask("tap", YES)
        time.sleep(max(0.0, began + (tap + 1) / 50 - time.monotonic()))
    assert count(site, "sign_up") == before + 1
    assert window.process.stop() == 0
    assert window.process.errors() == ""


def test_two_fingers_on_yes_and_no_count_as_the_first(at_booth: At, site: Site) -> None:
    before = count(site, "sign_up")
    window = begun(at_booth, *site.tokens(1), SHOW_OFFERS, ACCOUNT)
    window.until_kind("consent")
    time.sleep(0.4)
    assert window.ask("two_fingers", NO, YES)
    window.until_kind("offers")
    assert count(site, "sign_up") == before
    window.touch(ACCOUNT)
    window.until_kind("consent")
    time.sleep(0.4)
    assert window.ask("two_fingers", YES, NO)
    window.until_kind("signed_up")
    assert count(site, "sign_up") == before + 1
    assert window.process.stop() == 0


def test_a_disk_that_is_full_signs_nobody_up(at_booth: At, site: Site) -> None:
    before = count(site, "sign_up")
    window = begun(at_booth, *site.tokens(1), SHOW_OFFERS, ACCOUNT)
    window.until_kind("consent")
    window.ask("fill_disk", True)  # noqa: FBT003 - over the socket
    window.touch(YES)
    window.until_kind("unrecorded")
    window.ask("fill_disk", False)  # noqa: FBT003 - the same
    assert count(site, "sign_up") == before
    window.until_kind("consent")
    window.touch(YES)
    window.until_kind("signed_up")
    assert count(site, "sign_up") == before + 1
    assert window.process.stop() == 0
