"""The body's colours and logo: from the tour's file to the answer that a kiosk gets."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nacl.signing import SigningKey
from openpyxl import load_workbook
from PIL import Image

from server.collector import Collector
from server.files.example import example_tour
from server.files.tour_file import TourFileError, check_tour, read_tour
from server.office import NewKiosk
from server.pairings import Pairings
from server.rules.tour import TourDefinition
from server.rules.tour.examine import examine
from tests.logos import CLEAR, drawn, png, saved
from tests.server.tours import SMALL
from tests.server.web.stage import Stage
from tests.waiting import until
from wire import topics
from wire.described import Theme
from wire.logo import MOST_BYTES, name_of
from wire.messages import Answer, Hello, open_signed, sign
from wire.programme import Programme, open_programme

LOGO, OTHER = drawn(), drawn(colour=(0, 90, 60, 255))
THEME = '\n[theme]\ncolour = "#5b1a3a"\naccent = "#ffd27f"\nlogo = "logo.png"\n'
LINE = (SMALL + THEME).splitlines().index('logo = "logo.png"') + 1


def beside(**files: bytes) -> Any:
    return lambda name: files.get(name.removesuffix(".png"), "there is no such file")


def tour(logo: bytes = LOGO, text: str = SMALL + THEME) -> TourDefinition:
    return read_tour(text, "tour.toml", beside(logo=logo))


# -- the file ------------------------------------------------------------------------------------


def test_a_tour_names_two_colours_and_a_logo() -> None:
    read = tour()
    [fair] = read.fairs
    assert fair.theme == Theme(colour="#5b1a3a", accent="#ffd27f", logo=name_of(LOGO))
    assert read.logo == LOGO
    assert LOGO not in msgspec.json.encode(fair), "the programme names it, and does not hold it"


def test_a_tour_without_a_theme_looks_as_kiosks_usually_do() -> None:
    read = read_tour(SMALL, "tour.toml")
    assert read.fairs[0].theme == Theme(colour="#0b4f45", accent="#f2b63c")
    assert read.logo == b""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("there is no such file", "there is no such file; put it beside this file, or correct its name"),
        (b"", "is no PNG picture; save it as PNG"),
        (b"\xff\xd8\xff\xe0 a photograph", "is no PNG picture; save it as PNG"),
        (LOGO + bytes(MOST_BYTES), f"has {len(LOGO) + MOST_BYTES} bytes; save it smaller: at most 65536"),
        (drawn(1200, 300), "has 1200 by 300 pixels; make it smaller: at most 1024 a side"),
        (drawn(80, 40), "is 40 pixels high; take a larger one: at least 64 pixels high"),
        (LOGO[: len(LOGO) // 2], "is damaged or was cut off; save it again as PNG"),
        (png(100, 100, b"no picture"), "is damaged or was cut off; save it again as PNG"),
        (LOGO[:60] + b"\xff\x00\xff" + LOGO[63:], "is damaged or was cut off; save it again as PNG"),
        (drawn(colour=CLEAR), "shows nothing: all of it is transparent; take another picture"),
    ],
    ids=["missing", "empty", "jpeg", "long", "large", "low", "cut", "no pixels", "flipped", "clear"],
)
def test_a_logo_that_cannot_be_drawn_is_named_with_its_line(content: bytes | str, words: str) -> None:
    [problem] = check_tour(SMALL + THEME, "tour.toml", lambda _: content)
    assert problem.line == LINE
    assert str(problem).startswith(f"tour.toml:{LINE}: 'logo.png' {words}")
    with pytest.raises(TourFileError):
        read_tour(SMALL + THEME, "tour.toml", lambda _: content)


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "P", "1", "RGBA", "I;16"])
def test_every_kind_of_png_may_be_a_logo(mode: str) -> None:
    if mode == "I;16":
        picture = saved(Image.frombytes("I;16", (64, 64), struct.pack("<H", 40_000) * 4096))
    else:
        picture = drawn(mode=mode)
    assert tour(picture).logo == picture


def test_without_files_beside_a_logo_cannot_be_had() -> None:
    [problem] = check_tour(SMALL + THEME, "tour.toml")
    assert "'logo.png' cannot be had: this description stands alone" in str(problem)


def test_a_workbook_names_its_logo_in_a_cell() -> None:
    book = load_workbook(io.BytesIO(example_tour(one_stop=True).workbook()))
    book["settings"].append(["theme.logo", "logo.png"])
    packed = io.BytesIO()
    book.save(packed)
    cell = f"settings!B{book['settings'].max_row}"
    read = read_tour(packed.getvalue(), "tour.xlsx", beside(logo=LOGO))
    assert (read.logo, read.fairs[0].theme.logo) == (LOGO, name_of(LOGO))
    [problem] = check_tour(packed.getvalue(), "tour.xlsx", beside())
    assert str(problem).startswith(f"tour.xlsx:{cell}: 'logo.png' there is no such file")


def test_a_name_that_no_picture_was_put_in_place_of_is_refused() -> None:
    # As a program would call it that reads the values by itself.
    _, findings = examine({"theme": {"logo": "logo.png"}})
    [found] = [finding for finding in findings if finding.place == ("theme", "logo")]
    assert found.what == "a text ('logo.png') stands where a picture belongs"


# -- the office ----------------------------------------------------------------------------------


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


def with_theme(stage: Stage, logo: bytes = b"", **colours: str) -> TourDefinition:
    """Give the example that is loaded, in other clothes."""
    theme = Theme(**colours, logo=name_of(logo) if logo else "")  # type: ignore[arg-type]  # two texts
    fair = msgspec.structs.replace(stage.definition, theme=theme)
    loaded = read_tour(example_tour(one_stop=True).toml, "rabat.toml")
    return msgspec.structs.replace(loaded, fairs=[fair], logo=logo)


def test_what_a_load_changes_of_the_look_is_said_before(stage: Stage) -> None:
    def changes(made: TourDefinition) -> list[str]:
        [change] = stage.office.load_tour(made).changes
        return change.words

    assert changes(with_theme(stage, LOGO)) == ["logo: new"]
    assert changes(with_theme(stage, LOGO)) == []
    assert changes(with_theme(stage, OTHER, colour="#5b1a3a")) == [
        "logo: another picture",
        "theme and languages",
    ]
    assert changes(with_theme(stage, colour="#5b1a3a")) == ["logo: none any more"]


def test_a_dry_run_keeps_no_picture(stage: Stage) -> None:
    loaded = stage.office.load_tour(with_theme(stage, LOGO), dry_run=True)
    assert loaded.changes[0].words == ["logo: new"]
    with stage.office.acting() as registry:
        assert registry.logo_other_than(stage.fair, "") is None


def test_a_fair_that_is_removed_leaves_no_picture(stage: Stage) -> None:
    stage.office.load_tour(with_theme(stage, LOGO))
    stage.office.remove_fair(stage.fair)
    with stage.office.acting() as registry:
        assert registry.logo_other_than(stage.fair, "") is None


# -- the answer to a hello -----------------------------------------------------------------------


class Line:
    """What one kiosk says to a collector, and what it hears."""

    def __init__(self, stage: Stage, kiosk: NewKiosk) -> None:
        self._stage, self._kiosk = stage, kiosk
        self._heard: list[bytes] = []
        self._key = SigningKey(kiosk.batch_seed)
        self.collector = Collector(
            stage.store,
            stage.office.body,
            stage.home.secrets,
            clock=stage.now,
            pair=Pairings(stage.home, stage.store, stage.office, clock=stage.now).answer,
            on_trouble=stage.said.append,
        )
        self.collector.start(self)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        assert not retain or b"PNG" not in payload
        if topic.endswith("/answer"):
            self._heard.append(payload)
        return True

    def hello(self, logo: str = "", version: int = 0) -> Answer:
        """Say hello as a kiosk that keeps this logo, and give the answer."""
        device, before = self._kiosk.row.device, len(self._heard)
        said = Hello(device=device, nonce="n" * 8, epochs=[], programme_version=version, logo=logo)
        topic = topics.up(self._stage.office.body, "x", device, "hello")
        self.collector.hear(topic, sign(said, self._key))
        until(lambda: len(self._heard) > before, what="the answer")
        server_key = bytes(self._stage.home.secrets.signing_key.verify_key)
        return open_signed(Answer, self._heard[-1], server_key)

    def programme(self) -> Programme:
        """Give the programme that a kiosk without any is sent."""
        message = self.hello().programme
        assert message is not None
        return open_programme(message, self._stage.office.body_public_key)


@pytest.fixture
def line(stage: Stage) -> Iterator[Line]:
    line = Line(stage, stage.add_kiosk("K-01", "bank"))
    yield line
    line.collector.stop()
    assert stage.said == []


def test_a_kiosk_gets_the_logo_with_the_programme_that_names_it(stage: Stage, line: Line) -> None:
    assert line.hello().logo is None
    stage.office.load_tour(with_theme(stage, LOGO))
    answer = line.hello()
    assert answer.logo == LOGO
    assert answer.programme is not None
    assert line.programme().theme.logo == name_of(LOGO)


def test_a_kiosk_that_keeps_it_is_not_sent_it_again(stage: Stage, line: Line) -> None:
    stage.office.load_tour(with_theme(stage, LOGO))
    assert line.hello(name_of(LOGO)).logo is None
    assert line.hello(name_of(OTHER)).logo == LOGO
    stage.office.load_tour(with_theme(stage, OTHER))
    assert line.hello(name_of(LOGO)).logo == OTHER
    stage.office.load_tour(with_theme(stage))
    assert line.hello(name_of(LOGO)).logo is None
