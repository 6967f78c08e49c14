"""One member of each language at a kiosk of their own, by touch; half of them without a network."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.journeys.test_window import Site, opened
from tests.programs import Pipe, kiosk_facts
from tests.waiting import until

OFFER = """
[[offers]]
id = "account"
names = { ar = "حساب مجاني", fr = "Compte gratuit", zgh = "ⴰⵎⵉⴹⴰⵏ ⵉⵍⵍⵍⵉ", en = "Free account" }
booth = "bank"
needs_phone = true

[[consents]]
id = "contact"
[consents.texts]
ar = "أوافق على أن يتصل بي الشريك الذي يقدم هذا العرض."
fr = "J'accepte que le partenaire de cette offre me contacte."
zgh = "ⵇⴱⵍⵖ ⴰⴷ ⵉⵢⵉ ⵉⵎⵢⴰⵡⴰⴹ ⵓⵎⴷⵔⴰⵡ."
en = "I agree to be contacted by the partner."
"""
SHOW_OFFERS, MINE, TELL_US, PHONE = "gift", "list-checks", "message-circle", "phone"
YES, WITHDRAW, MORE, SEND, LANGUAGES = "check", "undo-2", "ellipsis", "send", "languages"


@dataclass(frozen=True)
class Speaker:
    """What a member sees and types in one language."""

    language: str
    name: str
    offer: str
    typed: str

    @property
    def back(self) -> str:
        return "arrow-right" if self.language == "ar" else "arrow-left"


SPEAKERS = (
    Speaker("ar", "العربية", "حساب مجاني", "شكرا"),
    Speaker("en", "English", "Free account", "thanks"),
    Speaker("fr", "Français", "Compte gratuit", "merci"),
    Speaker("zgh", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "ⴰⵎⵉⴹⴰⵏ ⵉⵍⵍⵍⵉ", "ⵜⴰⵏⵎⵎⵉⵔⵜ"),
)
AWAY = {"fr", "zgh"}
"""These members' kiosks have no network while they are there."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("languages"), more=OFFER)
    yield site
    site.close()


class Place:
    """A kiosk and the member before it."""

    def __init__(self, site: Site, ending: ExitStack, speaker: Speaker) -> None:
        self.speaker = speaker
        self.tokens = site.office.tokens(2, "--language", speaker.language)
        self.config = site.office.add_kiosk(f"kiosk-{speaker.language}", "bank")
        self.pipe = ending.enter_context(Pipe(site.path / f"pipe-{speaker.language}"))
        self.window = opened(ending, self.config, self.pipe.source)
        self.window.until(lambda view: view["kind"] == "attract" and view["actions"], "the invitation")

    def check_in(self) -> None:
        self.pipe.scan(self.tokens.pop())
        seen = self.window.until_kind("accepted")
        assert seen["language"] == self.speaker.language

    def sign_up_and_withdraw(self) -> None:
        window, speaker = self.window, self.speaker
        window.touch(SHOW_OFFERS, speaker.offer, YES)
        window.until_kind("signed_up")
        window.until_kind("offers")
        window.touch(speaker.back, MINE, speaker.offer, WITHDRAW)
        window.until_kind("withdrawn")
        window.until_kind("mine")
        window.touch(YES)
        assert window.until_kind("attract")["language"] == "ar", "the body's own, after the member has gone"

    def tell_us(self) -> None:
        window, speaker = self.window, self.speaker
        window.touch(LANGUAGES, speaker.name, TELL_US)
        self.choose("faces", 4)
        self.choose("topics", 0)
        window.touch(MORE)
        self.choose("more", 2)
        window.until_kind("write")
        for letter in speaker.typed:
            window.touch(letter)
        assert window.until(lambda view: view["typed"] == speaker.typed, "the words")
        window.touch(YES, SEND)
        assert window.until_kind("thanks")["language"] == speaker.language

    def choose(self, kind: str, number: int) -> None:
        """Touch a tile by its place: its word is another one in each language."""
        self.window.touch(list(self.window.until_kind(kind)["tiles"])[number])

    def be_called_away(self) -> None:
        """Begin to type a number, and leave."""
        self.window.until_kind("attract")
        self.check_in()
        self.window.touch(SHOW_OFFERS, self.speaker.offer, PHONE, *"0655")
        self.window.until(lambda view: view["typed"] == "0655", "what is typed")

    def is_forgotten(self) -> None:
        self.window.until_kind("still", seconds=45)
        after = self.window.until_kind("attract", seconds=30)
        assert after["typed"] == ""
        assert not any("0655" in text or self.speaker.offer in text for text in after["texts"])

    def kinds(self) -> list[str]:
        return sorted(fact["kind"] for fact in kiosk_facts(self.config) if fact["kind"] != "clock_offset")


@pytest.mark.long
def test_each_language_from_check_in_to_the_wipe_and_every_fact_once(site: Site, ending: ExitStack) -> None:
    places = [Place(site, ending, speaker) for speaker in SPEAKERS]
    near = [place for place in places if place.speaker.language not in AWAY]
    far = [place for place in places if place.speaker.language in AWAY]
    for group in (near, far):
        if group is far:
            site.proxy.take_down()
        for place in group:
            place.check_in()
            place.sign_up_and_withdraw()
            place.tell_us()
    for place in places:
        place.be_called_away()
    for place in places:
        place.is_forgotten()
    done = ["feedback", "sign_up", "visit", "visit", "withdrawal"]
    assert [place.kinds() for place in places] == [done] * len(places)
    site.proxy.bring_up()
    for place in places:
        until(lambda place=place: all(fact["delivered"] for fact in kiosk_facts(place.config)), seconds=60)  # type: ignore[misc]
        assert place.window.process.stop() == 0
        assert place.window.process.errors() == ""
    held = [row["event_id"] for row in site.office.facts() if row["status"] == "accepted"]
    mine = {fact["event_id"] for place in places for fact in kiosk_facts(place.config)}
    assert sorted(event_id for event_id in held if event_id in mine) == sorted(mine)
