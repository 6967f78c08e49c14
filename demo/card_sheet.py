"""Cards to hold up before a real camera: a page for a telephone's screen or a printer."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Riwaq: cards to hold up</title>
<style>
  body { margin: 0; background: #FAF6EE; color: #12211E; font: 18px/1.4 system-ui, sans-serif; }
  header { padding: 1rem; max-width: 40rem; margin: auto; }
  figure { box-sizing: border-box; min-height: 100vh; margin: 0; padding: 1rem; display: flex;
           flex-direction: column; align-items: center; justify-content: center; gap: 1rem;
           break-inside: avoid; }
  svg { width: min(80vw, 70vh, 90mm); height: auto; background: white; }
  figcaption { font-variant-numeric: tabular-nums; text-align: center; }
  @media print { header { break-after: avoid; } figure { min-height: 0; display: inline-flex; width: 48%; } }
</style>
<header>
  <h1>Cards to hold up</h1>
  <p>One card a screen: turn the light of the screen up, hold it a hand's length before the camera, scroll
  to the next. These cards are good in the demo that wrote them and nowhere else.</p>
</header>
$cards
</html>
""")
_CARD: Final = Template("""<figure>
  $code
  <figcaption>$number of $count<br>$card</figcaption>
</figure>
""")


def write_sheet(path: Path, card_of: Mapping[str, str]) -> None:
    """Write a page of cards (card numbers by token), a large code each; raises ``OSError``."""
    cards = "".join(
        _CARD.substitute(code=_code(token), number=number, count=len(card_of), card=escape(card))
        for number, (token, card) in enumerate(card_of.items(), 1)
    )
    path.write_text(_PAGE.substitute(cards=cards), encoding="utf-8")


def _code(token: str) -> str:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, image_factory=SvgPathImage)
    code.add_data(token)
    code.make(fit=True)
    return code.make_image().to_string(encoding="unicode")
