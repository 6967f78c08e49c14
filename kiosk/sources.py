"""What ``--source`` can name besides a camera: scanners that send lines, and scanners that type."""

from typing import Final

LINES_PREFIX: Final = "lines:"
WEDGE: Final = "wedge"
"""A scanner that types: the one that is found, or what is typed into the window."""
WEDGE_PREFIX: Final = "wedge:"
"""A scanner that types: the one that is named, such as ``wedge:/dev/input/event5``."""


def types(source: str) -> bool:
    """Say whether it is a scanner that types."""
    return source == WEDGE or source.startswith(WEDGE_PREFIX)


def is_scanner(source: str) -> bool:
    """Say whether it is a scanner of either kind, so that there is no camera to look at."""
    return types(source) or source.startswith(LINES_PREFIX)
