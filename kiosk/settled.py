"""Files that hold keys: there in full after a power cut, or not at all, and readable by their owner alone."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_NO_SYNC: Final = (errno.EINVAL, errno.ENOTSUP)
"""What a file system says that cannot sync a directory."""


def write_settled(path: Path, text: str) -> None:
    """Write a file at once or not at all, mode 0600, on the disk when this returns; raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make sure that the names in a directory are on the disk; raises ``OSError``."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)
