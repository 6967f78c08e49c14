"""`python -m assets.make`: makes what is missing or older than what it is made of."""

import argparse
import fcntl
import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assets.make.products import ASSETS, HERE, PRODUCTS
from assets.make.trouble import CannotMakeError


def main(words: list[str] | None = None) -> int:
    """Make or check the products; the exit code is 0 when all of them are in order."""
    parser = argparse.ArgumentParser(
        prog="python -m assets.make",
        description="Make assets/made: fonts, icons, chart code, tones, catalogues and voices.",
    )
    parser.add_argument("--force", action="store_true", help="make everything again")
    parser.add_argument("--check", action="store_true", help="make nothing; say what would be made")
    parser.add_argument("--spoken", metavar="LANGUAGE", help="make nothing; say what there is to record")
    asked = parser.parse_args(words)
    if asked.spoken:
        return _tell_what_is_spoken(asked.spoken)
    if asked.check:
        stale = [product.name for product in PRODUCTS if not product.fresh()]
        if stale:
            print(f"to be made: {', '.join(stale)}")  # noqa: T201
        return 1 if stale else 0
    try:
        with _alone():
            _make(force=asked.force)
    except CannotMakeError as trouble:
        _say(str(trouble))
        return 1
    except OSError as trouble:
        _say(
            f"{trouble.filename or ASSETS}: {trouble.strerror}. Make room or give rights, then run it again."
        )
        return 1
    return 0


def _tell_what_is_spoken(language: str) -> int:
    from assets.make import voices  # noqa: PLC0415  # catalogues are read for this alone
    from kiosk.ui.languages import OFFERED  # noqa: PLC0415

    if language not in OFFERED:
        _say(f"a kiosk does not offer {language!r}: it offers {', '.join(OFFERED)}.")
        return 1
    print("\n".join(f"{name}\t{text}" for name, text in voices.texts(language).items()))  # noqa: T201
    return 0


def _make(*, force: bool) -> None:
    stale = [product for product in PRODUCTS if force or not product.fresh()]
    if not stale:
        return
    # Beside its place: moving within one file system is what makes it all or nothing.
    with tempfile.TemporaryDirectory(prefix=".making-", dir=ASSETS) as directory:
        scratch = Path(directory)
        packages = functools.cache(functools.partial(_fetched, scratch / "npm"))
        for product in stale:
            _say(product.name)
            said = product.make(scratch, packages)
            if said:
                _say(said)


def _fetched(into: Path) -> Path:
    from assets.make.npm import fetch  # noqa: PLC0415  # most starts fetch nothing

    _say("taking packages from npm (the first time, 8 MB)")
    return fetch(into)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other is making: two first starts at once would do the work twice."""
    # The lock is the directory itself, so that no file stays behind.
    directory = os.open(HERE, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr)  # noqa: T201  # standard output belongs to the command that needs it


if __name__ == "__main__":
    sys.exit(main())
