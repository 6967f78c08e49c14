"""What a scene is made of: notices and touches, and what else may happen before a screen is drawn."""

from kiosk.notices import Notice
from kiosk.ui.view import Act, Kind


class Ready:
    """The station is at work, and the programme has come."""


class WithScanner:
    """Cards come before a scanner, not a camera; stands first."""


class Begun:
    """The station is at work, without a programme."""


class Later:
    """A verdict's time goes by."""


class Idle:
    """Nobody touches anything for half a minute."""


class Pause:
    """The station takes its time."""


Happening = Notice | Kind | Act | Ready | Begun | Later | WithScanner | Idle | Pause


Scenes = dict[str, tuple[Happening, ...]]
