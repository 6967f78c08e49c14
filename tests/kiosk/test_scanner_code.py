"""The code that sets a scanner up, as a picture."""

from pathlib import Path

import cv2
import numpy as np

from kiosk.devices.decoder import Decoder
from kiosk.rules.layouts import SETUP_TEXT
from tests.programs import call


def test_the_picture_holds_the_code_that_every_decoder_reads(tmp_path: Path) -> None:
    path = tmp_path / "scanner.png"
    said = call("kiosk", "scanner-code", path)
    assert str(path) in said
    picture = np.asarray(cv2.imread(str(path)), dtype=np.uint8)
    assert Decoder().read_photo(picture) == [SETUP_TEXT]
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == SETUP_TEXT
    # A quiet zone of four modules around 29: a scanner wants it.
    assert picture.shape == (370, 370, 3)
    assert bool((picture[:40] == 255).all())


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "scanner.png"
    path.write_text("mine")
    assert "File exists" in call("kiosk", "scanner-code", path, code=1)
    assert path.read_text() == "mine"


def test_where_it_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    assert "No such file" in call("kiosk", "scanner-code", tmp_path / "none" / "x.png", code=1)
