"""What the page needs of the rest of the server, and no more."""

from typing import Protocol

from server.rules.fair import FairDefinition
from server.rules.pages.board import Measures, Snapshot


class LiveSource(Protocol):
    """Reads fairs. Called from the page's own reading thread; may raise :class:`ServerError`."""

    @property
    def body(self) -> str:
        """The body whose fairs these are."""

    def fairs(self) -> list[FairDefinition]:
        """Give every fair's description."""

    def snapshot(self, fair: str) -> Snapshot | None:
        """Give a fair as it is now; None where there is none of that id."""

    def measures(self) -> Measures:
        """Give what a monitoring system asks for."""
