"""Pictures from a camera, a video or a folder, through OpenCV.

``Camera`` is for a kiosk at work: its thread keeps the newest picture in a slot and drops older ones,
because a decoder that falls behind must see what is before the camera now. ``pictures`` is for looking at
every picture of a source in order.

What goes wrong is told by one of the codes of ``Trouble``, once per change, and tried again until it is
right: cables get kicked, and nobody is there to restart a kiosk. Nothing raises out of the thread.
"""

import collections
import dataclasses
import enum
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

Picture = NDArray[np.uint8]

PICTURE_SUFFIXES: Final = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
# What is asked of a camera: enough for a card at arm's length, and MJPG because uncompressed 720p does not
# fit through USB 2 at more than ten pictures a second.
CAMERA_WIDTH, CAMERA_HEIGHT = 1280, 720
FOLDER_RATE: Final = 10.0
# Used for a video that names no believable rate of its own.
VIDEO_RATE: Final = 25.0
RETRY_S: Final = 2.0
STALL_S: Final = 3.0
# The rate is measured over the pictures of the last few seconds.
RATE_WINDOW_S: Final = 3.0
# How far a video may fall behind its own clock before the clock gives in.
LATE_S: Final = 0.5
# A thread inside OpenCV cannot be stopped; after this long a stopping kiosk leaves it behind.
JOIN_S: Final = 5.0


class Trouble(enum.StrEnum):
    """What a camera reports, a closed set; ``recovered`` means that pictures come again."""

    MISSING = "missing"  # there is no such device or file, or no picture in the folder
    UNREADABLE = "unreadable"  # it is there, but it cannot be opened or holds no pictures
    ENDED = "ended"  # the video or the folder has been shown to its end
    STALLED = "stalled"  # it is open, but no new picture has come for a while
    RECOVERED = "recovered"


@dataclasses.dataclass(frozen=True)
class Frame:
    """One picture of a camera.

    ``picture`` is BGR uint8 (H, W, 3); ``arrived_at`` is when it came, in seconds of ``time.monotonic()``;
    ``number`` counts the pictures of this camera from 0; ``source`` is the camera's source as it was given.
    """

    picture: Picture
    arrived_at: float
    number: int
    source: str


@dataclasses.dataclass(frozen=True)
class Source:
    """Where pictures come from: a camera's index, or the path of a video, a picture or a folder."""

    text: str
    index: int | None
    path: Path

    @classmethod
    def parse(cls, text: str) -> Self:
        """Understand ``0`` and ``/dev/video0`` as a camera, anything else as a path; never raises."""
        device = re.fullmatch(r"(?:/dev/video)?([0-9]{1,3})", text)
        index = int(device[1]) if device else None
        return cls(text, index, Path(text if index is None else f"/dev/video{index}"))

    @property
    def is_camera(self) -> bool:
        """Whether this is a device, which has no end."""
        return self.index is not None


class Camera:
    """Keeps the newest picture of a source in a slot, and says when there is none.

    ``on_trouble`` is called with a code of ``Trouble``, from the camera's thread or from a thread that waits
    in ``next_frame``. With ``once``, a source that ends or cannot be read is not tried again: ``ended``
    becomes true.
    """

    def __init__(
        self,
        source: str,
        *,
        on_trouble: Callable[[str], None] | None = None,
        once: bool = False,
        retry_s: float = RETRY_S,
        stall_s: float = STALL_S,
        folder_rate: float = FOLDER_RATE,
    ) -> None:
        """Take the source as ``Source.parse`` does; times are in seconds, the rate in pictures per second."""
        self.source = Source.parse(source)
        self._on_trouble = on_trouble
        self._once = once
        self._retry_s = retry_s
        self._stall_s = stall_s
        self._folder_rate = folder_rate
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._stopping = threading.Event()
        # Guards everything below.
        self._changed = threading.Condition()
        self._slot: Frame | None = None
        self._frames = 0
        self._arrivals: collections.deque[float] = collections.deque(maxlen=256)
        self._last_sign_of_life = time.monotonic()
        self._trouble: Trouble | None = None
        self._over = False

    def start(self) -> None:
        """Start the thread. A camera is started once."""
        quieten_opencv()
        self._last_sign_of_life = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wake whoever waits; may be called twice, and before ``start``."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
            if self._thread.is_alive():
                logger.warning("the camera does not answer and is left behind")

    def next_frame(self, timeout: float) -> Frame | None:
        """Wait up to ``timeout`` seconds for a picture newer than the last one taken, and take it.

        None after the time is over, and at once when the camera has ended or stops.
        """
        deadline = time.monotonic() + timeout
        stalled = False
        with self._changed:
            while self._slot is None and not self._over and not self._stopping.is_set():
                now = time.monotonic()
                # A thread that hangs inside OpenCV cannot say so: whoever waits for it does.
                stalled = self._trouble is None and now - self._last_sign_of_life >= self._stall_s
                if stalled or now >= deadline:
                    break
                look_again = deadline
                if self._trouble is None:
                    look_again = min(deadline, self._last_sign_of_life + self._stall_s)
                self._changed.wait(look_again - now)
            frame, self._slot = self._slot, None
        if stalled:
            self._tell(Trouble.STALLED)
        return frame

    @property
    def ended(self) -> bool:
        """Whether no picture will come any more and the last one has been taken."""
        with self._changed:
            return self._slot is None and (self._over or self._stopping.is_set())

    @property
    def rate(self) -> float:
        """Pictures per second over the last few seconds; 0.0 when none came."""
        with self._changed:
            since = time.monotonic() - RATE_WINDOW_S
            recent = [arrived_at for arrived_at in self._arrivals if arrived_at >= since]
        if len(recent) < 2:  # noqa: PLR2004  # a rate needs two pictures
            return 0.0
        return (len(recent) - 1) / max(recent[-1] - recent[0], 1e-6)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._tell(self._watch_safely())
                if self._once or self._stopping.wait(self._retry_s):
                    break
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _watch_safely(self) -> Trouble:
        try:
            return self._watch()
        except Exception:
            # OpenCV's errors are many and undocumented; a kiosk that cannot see still carries what it has.
            logger.exception("the camera failed")
            return Trouble.UNREADABLE

    def _watch(self) -> Trouble:
        """Show the source from its beginning until it gives no more pictures; return why it does not."""
        seen = 0
        with _open(self.source, self._folder_rate) as reel:
            # The first picture is shown at once; after it a video keeps its own time.
            due = time.monotonic() - reel.pause_s
            while not self._stopping.is_set():
                picture = reel.read()
                if picture is None:
                    break
                due = max(due + reel.pause_s, time.monotonic() - LATE_S)
                if reel.pause_s and self._stopping.wait(max(0.0, due - time.monotonic())):
                    break
                self._publish(picture)
                seen += 1
            return reel.why_over(seen)

    def _publish(self, picture: Picture) -> None:
        with self._changed:
            now = time.monotonic()
            self._slot = Frame(picture, now, self._frames, self.source.text)
            self._frames += 1
            self._arrivals.append(now)
            self._last_sign_of_life = now
            self._changed.notify_all()
        self._tell(None)

    def _tell(self, trouble: Trouble | None) -> None:
        """Report a change of trouble; None means that pictures come."""
        with self._changed:
            if trouble == self._trouble or self._stopping.is_set():
                return
            self._trouble = trouble
        if self._on_trouble is not None:
            try:
                self._on_trouble(trouble or Trouble.RECOVERED)
            except Exception:
                logger.exception("whoever was told about the camera failed")


def pictures(source: str) -> Iterator[tuple[str, Picture | None]]:
    """Yield every picture of a source in order, with a name for it; None for a file that cannot be read.

    Nothing is paced or dropped. Pictures of a video are named ``path#number``. A camera has no end.
    """
    quieten_opencv()
    parsed = Source.parse(source)
    if parsed.is_camera or not (parsed.path.is_dir() or _is_picture(parsed.path)):
        with _open(parsed, FOLDER_RATE) as reel:
            number = 0
            while (picture := reel.read()) is not None:
                yield f"{source}#{number}", picture
                number += 1
        if number == 0:
            yield source, None
        return
    for path in _picture_paths(parsed.path):
        yield str(path), _read_picture(path)


def quieten_opencv() -> None:
    """Let OpenCV use one core, and say nothing on standard error by itself: troubles are reported as codes.

    Called by everything here that opens something. One core, because the station's threads are more than
    a kiosk's cores already.
    """
    # Read by OpenCV when it first opens a video.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    cv2.setNumThreads(1)


@dataclasses.dataclass(frozen=True)
class _Reel:
    """An open source: ``read`` gives the next picture or None; ``why_over`` says why, given how many came."""

    read: Callable[[], Picture | None]
    why_over: Callable[[int], Trouble]
    pause_s: float = 0.0


@contextmanager
def _open(source: Source, folder_rate: float) -> Iterator[_Reel]:
    if source.index is None and (source.path.is_dir() or _is_picture(source.path)):
        yield _open_folder(source.path, folder_rate)
        return
    capture = cv2.VideoCapture()
    try:
        yield _open_camera(capture, source) if source.is_camera else _open_video(capture, source.path)
    finally:
        capture.release()


def _open_camera(capture: cv2.VideoCapture, source: Source) -> _Reel:
    # Named, because OpenCV would otherwise try every way it knows, some of which take seconds.
    backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
    if capture.open(source.index or 0, backend):
        # The format first: it decides which sizes and rates there are.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, CAMERA_WIDTH)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, CAMERA_HEIGHT)
        # A longer queue shows what was before the camera a moment ago.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def why_over(seen: int) -> Trouble:
        if sys.platform == "linux" and not source.path.exists():
            return Trouble.MISSING
        return Trouble.STALLED if seen else Trouble.UNREADABLE

    return _Reel(lambda: _next_picture(capture), why_over)


def _open_video(capture: cv2.VideoCapture, path: Path) -> _Reel:
    if not path.exists():
        return _Reel(lambda: None, lambda _: Trouble.MISSING)
    # FFmpeg only: OpenCV's other readers take garbage for the first of a series of pictures.
    capture.open(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    rate = capture.get(cv2.CAP_PROP_FPS)
    if not 1 <= rate <= 120:  # noqa: PLR2004  # 0, NaN and 1000 are what broken headers say
        rate = VIDEO_RATE
    return _Reel(
        lambda: _next_picture(capture),
        lambda seen: Trouble.ENDED if seen else Trouble.UNREADABLE,
        1 / rate,
    )


def _open_folder(path: Path, rate: float) -> _Reel:
    paths = _picture_paths(path)
    readable = (picture for each in paths if (picture := _read_picture(each)) is not None)

    def why_over(seen: int) -> Trouble:
        if seen:
            return Trouble.ENDED
        return Trouble.UNREADABLE if any(each.exists() for each in paths) else Trouble.MISSING

    return _Reel(lambda: next(readable, None), why_over, 1 / rate)


def _next_picture(capture: cv2.VideoCapture) -> Picture | None:
    taken, picture = capture.read()
    return np.asarray(picture, dtype=np.uint8) if taken else None


def _read_picture(path: Path) -> Picture | None:
    """Return a picture file's content, turned as its EXIF data say; None where it cannot be read."""
    try:
        # Not ``cv2.imread``, which knows no error but None and prints a warning for each.
        picture = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    # OpenCV's types do not say so, but None is what it returns for garbage.
    return None if picture is None else np.asarray(picture, dtype=np.uint8)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def _picture_paths(path: Path) -> list[Path]:
    """Return the pictures of a folder in the order people count in (2 before 10), or the picture itself."""
    if not path.is_dir():
        return [path]

    def as_counted(picture: Path) -> list[tuple[int, str]]:
        parts: list[str] = re.findall(r"[0-9]+|[^0-9]+", picture.name)
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    try:
        return sorted((each for each in path.iterdir() if _is_picture(each)), key=as_counted)
    except OSError:
        return []
