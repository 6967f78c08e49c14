"""The logo that a description keeps in a file beside it: ``[theme] logo = "logo.png"``."""

import io
from typing import Final

from server.files.lists_beside import Fetch, fetched_beside
from server.files.located import Located, Note
from wire.logo import LEAST_HEIGHT, MOST_BYTES, MOST_SIDE, Flaw, flaw_of, size_of

_PLACE: Final = ("theme", "logo")


def join_logo(located: Located, fetch: Fetch) -> None:
    """Put the picture in the place of its file's name; one that kiosks cannot draw is noted."""
    theme = (located.values or {}).get("theme")
    if not isinstance(theme, dict) or "logo" not in theme:
        return
    name = theme.pop("logo")
    content = fetched_beside(located, name, _PLACE, fetch, such_as="logo.png")
    if content is None:
        return
    problem = _problem(content)
    if problem is None:
        theme["logo"] = content
        return
    what, instead = problem
    located.flaws.append(Note(located.spot(_PLACE), f"{name!r} {what}", instead))


def _problem(png: bytes) -> tuple[str, str] | None:
    """Say what keeps a file from being a logo, and what to do."""
    flaw = flaw_of(png)
    width, height = size_of(png) or (0, 0)
    match flaw:
        case Flaw.NO_PNG:
            return "is no PNG picture", "save it as PNG"
        case Flaw.LONG:
            return f"has {len(png)} bytes", f"save it smaller: at most {MOST_BYTES} bytes (64 KiB)"
        case Flaw.LARGE:
            return f"has {width} by {height} pixels", f"make it smaller: at most {MOST_SIDE} a side"
        case Flaw.LOW:
            return f"is {height} pixels high", f"take a larger one: at least {LEAST_HEIGHT} pixels high"
    return _damage(png)


def _damage(png: bytes) -> tuple[str, str] | None:
    from PIL import Image  # noqa: PLC0415 - most tours have no logo, and no command waits for it

    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
            opacity = picture.convert("RGBA").getchannel("A")
    except Exception:  # noqa: BLE001 - Pillow raises whatever its parts raise
        return "is damaged or was cut off", "save it again as PNG"
    if not opacity.getbbox():
        return "shows nothing: all of it is transparent", "take another picture"
    return None
