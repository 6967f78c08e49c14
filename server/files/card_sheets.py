"""Cards as sheets of A4, ten on each: a PDF to be printed at 100 %."""

from collections.abc import Iterable
from pathlib import Path

from wire.card_sheet import CardFace


def write_sheets(path: Path, faces: Iterable[CardFace], fonts: Path) -> None:
    """Write cards into a file that is there, of mode 0600; ``fonts`` holds ``riwaq-*.ttf``."""
    # Late: commands that draw no card need not wait for what draws one.
    from wire.card_sheet.paper import sheets_pdf  # noqa: PLC0415

    path.write_bytes(sheets_pdf(faces, fonts))
