"""What staff may have done that is no fact: a look, another booth, files onto a stick, the end."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from kiosk import KioskError
from kiosk.carrier import Carrier
from kiosk.config import KioskConfig
from kiosk.descriptions import Descriptions
from kiosk.diagnostics import Diary, write_diagnostics
from kiosk.health import disk_free_mb, temperature_c
from kiosk.mounted import sticks
from kiosk.notices import RecordedFact, StaffView
from kiosk.recorder import Recorder


def no_export(_: Path) -> tuple[str, int]:
    """Refuse: nobody has said how facts get onto a stick."""
    raise KioskError("this kiosk writes to no stick")


@dataclass(frozen=True, slots=True)
class Backstage:
    """The parts behind one station. ``rate`` gives the reader's pictures a second."""

    config: KioskConfig
    recorder: Recorder
    descriptions: Descriptions
    carrier: Carrier
    diary: Diary
    rate: Callable[[], float | None]
    software: str
    export: Callable[[Path], tuple[str, int]]
    """Writes the facts to a directory and gives the file's name, and how many they are."""
    leave: Callable[[bool], None]
    """Ends the program; with True to start it again."""

    def look(self, facts: tuple[RecordedFact, ...]) -> StaffView:
        """Say how the kiosk does; ``facts`` are those that may be undone."""
        return StaffView(
            booth=self.recorder.booth,
            facts=facts,
            sticks=sticks(),
            waiting=self.carrier.waiting,
            connected=self.carrier.connected,
            programme_version=self.descriptions.programme_version,
            camera_rate=self.rate(),
            disk_free_mb=disk_free_mb(self.config.data),
            software=self.software,
        )

    def switch_booth(self, booth: str) -> bool:
        """Stand at another booth; False where the fair has none of that id. Raises ``JournalError``."""
        if not self.descriptions.move_to(booth):
            return False
        self.carrier.say_state()
        return True

    def has(self, stick: str) -> bool:
        """Say whether a stick is still mounted there."""
        return stick in sticks()

    def diagnostics(self, directory: Path) -> tuple[str, int]:
        """Write what a technician wants to know, and nothing personal; raises ``KioskError``.

        Gives the file's name, and no facts.
        """
        about = {
            **asdict(self.look(())),
            "device": self.config.device,
            "fair": self.config.fair,
            "unusable_messages": self.carrier.unusable,
            "temperature_c": temperature_c(),
        }
        return str(write_diagnostics(directory, self.config.device, about, self.diary)), 0
