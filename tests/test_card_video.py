import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.card_video import Difficulty, draw_frame, make_video, qr_picture
from kiosk.devices.camera import pictures
from kiosk.devices.decoder import Decoder

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def tokens(count: int) -> list[str]:
    chance = random.Random(count)
    return ["R1" + "".join(chance.choices(ALPHABET, k=120)) for _ in range(count)]


def test_video_shows_every_card_when_the_truth_says(tmp_path: Path) -> None:
    path, shown = tmp_path / "cards.avi", tokens(5)
    showings = make_video(path, shown, seed=3)
    assert [showing.token for showing in showings] == shown
    seen: dict[str, list[int]] = {token: [] for token in shown}
    for number, (_, picture) in enumerate(pictures(str(path))):
        assert picture is not None
        for text in Decoder().read(picture):
            seen[text].append(number)
    before = -1
    for showing in showings:
        assert before < showing.first_frame < showing.last_frame
        before = showing.last_frame
        read = seen[showing.token]
        # Held for at least 0.7 s at 12 pictures a second; nearly all of these must be readable.
        assert len(read) >= 6
        assert showing.first_frame <= read[0]
        assert read[-1] <= showing.last_frame
    assert number > before, "the hall is empty at the end"


def test_video_is_what_players_expect(tmp_path: Path) -> None:
    path = tmp_path / "cards.avi"
    progress: list[tuple[int, int]] = []
    make_video(path, tokens(2), seed=4, fps=10, on_frame=lambda done, total: progress.append((done, total)))
    total = progress[-1][1]
    assert progress == [(done, total) for done in range(1, total + 1)]
    capture = cv2.VideoCapture(str(path))
    try:
        assert capture.get(cv2.CAP_PROP_FPS) == 10
        assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == total
        assert (capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)) == (1280, 720)
    finally:
        capture.release()
    # The index at the end lets players jump; its entries point at the pictures.
    content = path.read_bytes()
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    index, movie = content.index(b"idx1"), content.index(b"movi")
    for entry in range(total):
        at = index + 8 + 16 * entry
        place = movie + int.from_bytes(content[at + 8 : at + 12], "little")
        assert content[place : place + 4] == b"00dc"
        assert content[place + 8 : place + 10] == b"\xff\xd8", "each picture is a JPEG"


def test_same_seed_draws_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_video(tmp_path / name, tokens(1), seed=seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != (tmp_path / "c").read_bytes()


def test_video_of_nobody_is_an_empty_video(tmp_path: Path) -> None:
    assert make_video(tmp_path / "none.avi", [], seed=1) == []
    assert list(pictures(str(tmp_path / "none.avi"))) == [(str(tmp_path / "none.avi"), None)]


def test_video_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no such folder"):
        make_video(tmp_path / "no such folder" / "cards.avi", tokens(1), seed=1)


def test_hall_pictures_are_read() -> None:
    shown = tokens(20)
    read = [Decoder().read(draw_frame(token, seed=number)) for number, token in enumerate(shown)]
    assert read == [[token] for token in shown]


def test_harsh_pictures_are_read_often_but_not_always_and_never_wrongly() -> None:
    shown = tokens(60)
    read = [
        Decoder().read(draw_frame(token, seed=number, difficulty=Difficulty.HARSH))
        for number, token in enumerate(shown)
    ]
    assert all(texts in ([], [token]) for texts, token in zip(read, shown, strict=True))
    assert 35 < sum(map(bool, read)) < 60


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_pictures_without_a_card_hold_no_text(difficulty: Difficulty) -> None:
    for seed in range(15):
        picture = draw_frame(None, seed=seed, difficulty=difficulty)
        assert picture.shape == (720, 1280, 3)
        assert picture.dtype == np.uint8
        assert Decoder().read(picture) == []


def test_text_too_long_for_a_code_is_refused() -> None:
    assert draw_frame("x" * 2953, seed=1).shape == (720, 1280, 3)
    with pytest.raises(ValueError, match="at most 2,953 bytes"):
        draw_frame("x" * 2954, seed=1)


def test_code_picture_has_its_quiet_zone() -> None:
    code = qr_picture("R1", 3)
    assert code.shape == (135, 135)
    assert code[:12].min() == code[:, -12:].min() == 255
    assert code[12:15, 12:15].max() == 0
