"""What the ledger keeps of registrations, reissues and revocations, and that none of them counts."""

import json

import pytest

from server.describing import card_of, describe, presence_of
from server.store.ledger import COUNTED, NewFact
from tests.vectors.make import CARD, events
from wire.events import CardRevoked, Event, Registration, Reissue, decode_event

ENROLLED = {
    each["kind"]: decode_event(each["text"].encode())
    for each in events()["events"]
    if each["kind"] in {Registration.kind, Reissue.kind, CardRevoked.kind}
}


def described(event: Event) -> NewFact:
    fact = NewFact("d", 1, 1, "accepted", None, event.event_id, b"", 0)
    describe(fact, event)
    return fact


def test_a_registration_keeps_its_form_sealed_and_the_rest_in_the_clear() -> None:
    fact = described(ENROLLED["registration"])
    assert fact.sealed == b"stands for a sealed box"
    assert json.loads(fact.detail or "") == {
        "valid_from": "2024-11-01",
        "valid_to": "2027-10-31",
        "consents": [{"id": "contact", "version": 2}],
        "language": "ar",
    }
    assert (fact.category, fact.territory, fact.staff_id) == (CARD.category, CARD.territory, "101")


@pytest.mark.parametrize("kind", ENROLLED)
def test_no_detail_holds_a_cards_number_and_nothing_counts(kind: str) -> None:
    fact = described(ENROLLED[kind])
    assert "c0ffee" not in (fact.detail or "")
    assert "sealed" not in (fact.detail or "")
    assert kind not in COUNTED
    assert presence_of(fact) is None


def test_of_a_revoked_card_nothing_but_its_number_is_known() -> None:
    assert card_of(ENROLLED["card_revoked"].fact) is None
    reissued = ENROLLED["reissue"].fact
    assert isinstance(reissued, Reissue)
    assert card_of(reissued) == reissued.card
    assert json.loads(described(ENROLLED["reissue"]).detail or "")["reason"] == reissued.reason != ""
