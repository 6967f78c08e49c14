"""Which offers a member is shown."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.offers import Offers
from tests.wire.strategies import a_programme
from wire.described import Consent, Offer
from wire.programme import Territory

SOUTH, NORTH = 10, 1
TERRITORIES = [
    Territory(id="morocco", names={"fr": "Maroc"}),
    Territory(id="south", names={"fr": "Guelmim-Oued Noun"}, parent="morocco", code=SOUTH),
    Territory(id="guelmim", names={"fr": "Guelmim"}, parent="south"),
    Territory(id="north", names={"fr": "Tanger"}, parent="morocco", code=NORTH),
]
CONSENT = Consent(id="contact", texts={"fr": "Oui"}, version=3)


def offer(offer_id: str, *territories: str, booth: str = "bank", consent: str = "") -> Offer:
    return Offer(
        id=offer_id, names={"fr": offer_id}, booth=booth, territories=list(territories), consent=consent
    )


def offers(*found: Offer) -> Offers:
    return Offers(a_programme(offers=list(found), territories=TERRITORIES, consents=[CONSENT]), booth="bank")


def test_a_member_of_guelmim_sees_no_other_regions_offer() -> None:
    found = offers(offer("everyone"), offer("southern", "south"), offer("northern", "north"))
    assert found.here(SOUTH) == ("everyone", "southern")
    assert found.here(NORTH) == ("everyone", "northern")


def test_an_offer_of_a_larger_place_is_for_all_that_lies_in_it() -> None:
    assert offers(offer("national", "morocco")).here(SOUTH) == ("national",)


def test_an_offer_of_a_smaller_place_than_a_card_tells_is_shown_to_nobody() -> None:
    assert offers(offer("in-town", "guelmim")).here(SOUTH) == ()


def test_a_card_without_a_home_sees_what_is_for_everyone() -> None:
    found = offers(offer("everyone"), offer("southern", "south"))
    assert found.here(0) == ("everyone",)
    assert found.here(99) == ("everyone",), "a home that the programme does not know"


def test_any_offer_may_be_withdrawn_at_any_booth_and_this_booths_come_first() -> None:
    found = offers(offer("there", booth="clinic"), offer("here"), offer("far", "north", booth="clinic"))
    assert found.everywhere(SOUTH) == ("here", "there")


def test_an_offer_has_the_text_that_it_names() -> None:
    found = offers(offer("loan", consent="contact"), offer("leaflet"))
    loan, leaflet = found.offer("loan"), found.offer("leaflet")
    assert loan is not None
    assert leaflet is not None
    assert found.consent(loan) == CONSENT
    assert found.consent(leaflet) is None
    assert found.offer("gone") is None


@given(st.integers(0, 255), st.lists(st.sampled_from(["a", "b", "c"]), max_size=3))
def test_territories_that_go_round_in_a_circle_hang_nobody(home: int, places: list[str]) -> None:
    circle = [
        Territory(id=each, names={"fr": each}, parent=parent, code=code)
        for each, parent, code in (("a", "b", 1), ("b", "c", 2), ("c", "a", 3))
    ]
    found = Offers(a_programme(offers=[offer("x", *places)], territories=circle), booth="bank")
    expected = ("x",) if not places or home in {1, 2, 3} else ()
    assert found.here(home) == expected
