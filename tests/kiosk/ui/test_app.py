"""The window as a program runs it: a process of its own, since Kivy has one window a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import json, sys, tempfile, threading, time
from pathlib import Path
from kiosk.assets import assets_dir
from kiosk.notices import ProgrammeTaken, Scanned
from kiosk.ui.app import run_window
from kiosk.ui.setup import WindowOptions

did = []
stopping = threading.Event()

class Working:
    waiting = 3
    problem = None
    asked = 0

    @property
    def finished(self):
        Working.asked += 1
        return WAY == "finish" and Working.asked > 1

    def stop(self):
        did.append("stopped")

def begin(on_notice, on_picture):
    did.append("begun in " + threading.current_thread().name)
    assert "kivy.core.window" in sys.modules, "the window is there first"
    assert "cv2" not in sys.modules
    if WAY == "fail":
        raise RuntimeError("this kiosk runs already")
    on_notice(ProgrammeTaken(1, "rabat", 6))
    on_notice(Scanned("accepted", "", "", "", 1, 1, 9.0))
    on_picture(4, 2, bytes(24))
    if WAY == "stop":
        threading.Timer(0.2, stopping.set).start()
    return Working()

WAY = sys.argv[1]
try:
    run_window(begin, assets=assets_dir(), home=Path(tempfile.mkdtemp()), options=WindowOptions(800, 500),
               once=WAY == "finish", say=did.append, stopping=stopping)
except RuntimeError as problem:
    did.append(str(problem))
print(json.dumps(did))
"""


def run(way: str, tmp_path: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, way],
        env={
            **os.environ,
            "SDL_VIDEODRIVER": "offscreen",
            "SDL_AUDIODRIVER": "dummy",
            "TMPDIR": str(tmp_path),
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    found: list[str] = json.loads(done.stdout)
    return found


def test_the_window_opens_first_and_stops_when_asked(tmp_path: Path) -> None:
    assert run("stop", tmp_path) == ["begun in starter", "stopped"]
    assert not (tmp_path / ".kivy").exists(), "nothing is left in a home directory"


def test_with_once_the_window_closes_when_all_is_delivered(tmp_path: Path) -> None:
    assert run("finish", tmp_path) == ["begun in starter", "stopped"]


def test_what_keeps_the_station_from_starting_is_raised_after_the_window_is_closed(tmp_path: Path) -> None:
    assert run("fail", tmp_path) == ["begun in starter", "this kiosk runs already"]
