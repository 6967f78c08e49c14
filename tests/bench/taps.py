"""How soon a touch is seen, for ``riwaq bench kiosk``: from the finger to the first pixel that is another.

The kiosk's window stands on the whole of a real X screen, whose frame buffer is looked at some
thousand times a second. *Press* runs from the finger's going down to the first pixel that changes
(the mark on the button), *screen* from its coming up to the first pixel that changes after that (the
next screen, or the next letter). Both hold everything between: X, SDL, Kivy's frame, the flow, the
layout of the new screen and its drawing, which Mesa does in software here.
"""

import mmap
import statistics
import time
from pathlib import Path
from typing import Any, Final

from tests.display import Display
from tests.kiosk.ui.remote import Window
from tests.programs import Pipe

HELD_S: Final = 0.06
"""For so long a finger is down."""
_BETWEEN_S: Final = 0.45
"""A screen that has just changed takes no touch: a finger may still tremble on it."""
_PATIENCE_S: Final = 5.0
_STILL_S: Final = 0.05
OFFERS: Final = """
[[offers]]
id = "account"
names = { ar = "حساب مجاني", fr = "Compte gratuit" }
booth = "bank"

[[consents]]
id = "contact"
[consents.texts]
ar = "أوافق على أن يتصل بي الشريك الذي يقدم هذا العرض."
fr = "J'accepte que le partenaire de cette offre me contacte."
"""
"""What the tour's file says besides, so that there is something to touch."""
HELP, NO, YES, BACK = "circle-question-mark", "x", "check", "arrow-right"
# Nothing on these screens moves by itself but the thin line of the remaining time, at the very bottom.
WALK: Final = (
    *("gift", "حساب مجاني", NO, "حساب مجاني", HELP, "settings-2", "خط كبير", "خط كبير"),
    *(BACK, BACK, NO, BACK, "message-circle"),
    *("جيدة", "ellipsis", "كتابة", *"شكراجزيلا", "delete", YES, "send"),
)
_ROWS_LOOKED_AT: Final = 0.97


class Screen:
    """The frame buffer of a display, compared with what it was."""

    def __init__(self, frame: Path) -> None:
        with frame.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        # X's dump begins with its own header: what is compared may hold it, it never changes.
        self._end = round(len(self._map) * _ROWS_LOOKED_AT)

    def now(self) -> bytes:
        return self._map[: self._end]

    def still(self) -> bytes:
        """Wait until nothing has changed for a while, and give it."""
        seen, since = self.now(), time.monotonic()
        while time.monotonic() - since < _STILL_S:
            time.sleep(0.005)
            if (now := self.now()) != seen:
                seen, since = now, time.monotonic()
        return seen

    def changed(self, before: bytes, since: float, name: str) -> float:
        """Give the milliseconds from ``since`` until something is not as it was."""
        while self.now() == before:
            assert time.monotonic() - since < _PATIENCE_S, f"a touch of {name} changes nothing on the screen"
        return (time.monotonic() - since) * 1000


def taps(config: Path, here: Path, tokens: list[str], *, advance: Any) -> dict[str, Any]:
    """Walk through a member's dialogue with each card, and give what the touches took."""
    presses: list[float] = []
    screens: list[float] = []
    with Display(here / "display") as display, Pipe(here / "taps") as pipe, display.finger() as finger:
        screen = Screen(display.frame)
        window = Window(config, pipe.source, size="", display=display.environment)
        try:
            window.until(lambda view: view["kind"] == "attract" and view["actions"], "the invitation")
            for token in tokens:
                pipe.scan(token)
                window.until(lambda view: view["kind"] in {"accepted", "repeat"}, "a verdict")
                for name in WALK:
                    time.sleep(_BETWEEN_S)
                    place = window.ask("where", name)
                    assert place is not None, f"no button {name}: {window.view()}"
                    finger.move(*place)
                    before = screen.still()
                    began = time.monotonic()
                    finger.put(down=True)
                    presses.append(screen.changed(before, began, name))
                    time.sleep(max(0.0, HELD_S - (time.monotonic() - began)))
                    before, began = screen.still(), time.monotonic()
                    finger.put(down=False)
                    screens.append(screen.changed(before, began, name))
                window.until_kind("thanks")
                window.until_kind("attract")
                advance()
        finally:
            window.close()
    return {
        "taps": len(screens),
        **{f"press_ms_{name}": value for name, value in _spread(presses).items()},
        **{f"screen_ms_{name}": value for name, value in _spread(screens).items()},
    }


def _spread(found: list[float]) -> dict[str, float]:
    parts = statistics.quantiles(found, n=20)
    return {
        "median": round(statistics.median(found), 1),
        "p95": round(parts[-1], 1),
        "max": round(max(found), 1),
    }
