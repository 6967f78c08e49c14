"""Videos and pictures of cards held up before a kiosk's camera, with the truth about them.

There is no camera where this project is tested, so the demo and the benchmarks draw their own pictures: an
ID-1 card with the project's own QR code, held by a hand, in perspective, lit from one side, blurred, noisy.
Everything follows from a seed: the same call draws the same bytes.

Two difficulties: ``hall`` is a lit hall with people who want to be read; ``harsh`` draws what defeats
decoders (strong blur, darkness, tilt, small codes) and is meant for single frames.

All pictures are BGR uint8 of shape (720, 1280, 3).
"""

import dataclasses
import enum
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.stage import (
    CODE_SIDE,
    HEIGHT,
    WIDTH,
    Person,
    Picture,
    Pose,
    Prop,
    Shot,
    Stage,
    code_at,
    hand,
    happens,
    held,
    qr_picture,
)

__all__ = ["FPS", "Difficulty", "Picture", "Showing", "draw_frame", "make_video", "qr_picture"]

FPS = 12.0
JPEG_QUALITY = 80
# Share of cards that are held upside down in a hall.
UPSIDE_DOWN = 1 / 8


class Difficulty(enum.StrEnum):
    """How hard a picture is to read; see the module's docstring."""

    HALL = "hall"
    HARSH = "harsh"


@dataclasses.dataclass(frozen=True)
class Showing:
    """One card held up in a video: all frames from ``first_frame`` to ``last_frame`` show some of it."""

    token: str
    first_frame: int
    last_frame: int


def draw_frame(text: str | None, *, seed: int, difficulty: Difficulty = Difficulty.HALL) -> Picture:
    """Draw one picture of a card with ``text`` as its QR code, or of no card for None.

    Most pictures without a card show somebody, and most of those an empty hand. The picture has been through
    JPEG, as a camera's has. Raises ``ValueError`` for a text that no QR code holds.
    """
    chance = np.random.default_rng([seed, list(Difficulty).index(difficulty)])
    harsh = difficulty is Difficulty.HARSH
    stage = Stage(chance, cluttered=harsh and happens(chance, 0.6), people=1, noises=1)
    person = 0 if text is not None or happens(chance, 0.7) else None
    has_hand = text is not None or (person is not None and happens(chance, 0.7))
    upside_down = not harsh and happens(chance, UPSIDE_DOWN)
    prop = hand(chance, stage.people[0], text, upside_down=upside_down) if has_hand else None
    if harsh:
        return _draw_harsh(stage, Shot(person, 0, prop), chance)
    glare = _glare(chance) if text is not None else None
    shot = Shot(person, 0, prop, held(chance), glare, 0, float(chance.uniform(0, 0.8)))
    return _through_jpeg(stage.draw(shot), JPEG_QUALITY)


def make_video(
    path: Path,
    tokens: Sequence[str],
    *,
    seed: int,
    fps: float = FPS,
    on_frame: Callable[[int, int], None] | None = None,
) -> list[Showing]:
    """Write an MJPG ``.avi`` in which each of ``tokens`` is held up once, in order, and say when.

    Each card comes in, is held for 0.7 to 0.9 s and leaves; in between the hall is empty, people come and go,
    and somebody may show a hand without a card. ``on_frame(done, total)`` is called after each frame. Raises
    ``OSError`` where the file cannot be written and ``ValueError`` for a token that no QR code holds.
    """
    chance = np.random.default_rng(seed)
    stage = Stage(chance)
    turns = [_Turn.plan(chance, fps) for _ in tokens]
    total = sum(turn.frames for turn in turns)
    showings = []
    number = 0
    with _MotionJpeg(path, fps) as video:
        for token, turn in zip(tokens, turns, strict=True):
            with_card = []
            for shot, has_card in turn.shots(stage.people, token):
                video.write(_jpeg(stage.draw(shot), JPEG_QUALITY))
                if has_card:
                    with_card.append(number)
                number += 1
                if on_frame is not None:
                    on_frame(number, total)
            showings.append(Showing(token, with_card[0], with_card[-1]))
    return showings


@dataclasses.dataclass(frozen=True)
class _Turn:
    """One person's turn before the camera; every length is in frames."""

    seed: int
    nobody: int
    bare_hand: int
    arrive: int
    raise_card: int
    hold: int
    lower_card: int
    depart: int

    @classmethod
    def plan(cls, chance: np.random.Generator, fps: float) -> Self:
        def frames(least: float, most: float) -> int:
            return max(1, round(float(chance.uniform(least, most)) * fps))

        return cls(
            seed=int(chance.integers(2**32)),
            nobody=frames(0.15, 0.5),
            bare_hand=frames(0.4, 0.7) if happens(chance, 1 / 6) else 0,
            arrive=frames(0.15, 0.25),
            raise_card=frames(0.2, 0.3),
            hold=frames(0.7, 0.9),
            lower_card=frames(0.15, 0.25),
            depart=frames(0.15, 0.25),
        )

    @property
    def frames(self) -> int:
        moving = self.arrive + self.raise_card + self.lower_card + self.depart
        return self.nobody + self.bare_hand + moving + self.hold

    def shots(self, people: Sequence[Person], token: str) -> Iterator[tuple[Shot, bool]]:
        """Yield every frame in order, and whether it shows some of the card."""
        chance = np.random.default_rng(self.seed)
        who, side = int(chance.integers(len(people))), int(chance.choice([-1, 1]))
        yield from ((Shot(), False) for _ in range(self.nobody))
        for near in _ease(self.arrive):
            yield Shot(who, side * round(900 * (1 - near))), False
        if self.bare_hand:
            yield from ((shot, False) for shot in self._gesture(chance, who, hand(chance, people[who], None)))
        upside_down = happens(chance, UPSIDE_DOWN)
        prop = hand(chance, people[who], token, upside_down=upside_down)
        yield from ((shot, True) for shot in self._card(chance, who, prop))
        for far in _ease(self.depart):
            yield Shot(who, -side * round(900 * far)), False

    def _gesture(self, chance: np.random.Generator, who: int, prop: Prop) -> Iterator[Shot]:
        pose = held(chance)
        for step in range(self.bare_hand):
            away = abs(2 * (step + 0.5) / self.bare_hand - 1)
            moved = dataclasses.replace(pose, x=pose.x + 60 * float(np.sin(step)), y=pose.y + 480 * away**2)
            yield Shot(who, 0, prop, moved, None, 5, 0.8)

    def _card(self, chance: np.random.Generator, who: int, prop: Prop) -> Iterator[Shot]:
        still = Shot(who, 0, prop, held(chance), _glare(chance))
        phase = chance.uniform(0, 2 * np.pi, 3)
        yield from (_moving(still, 1 - near) for near in _ease(self.raise_card))
        for step in range(self.hold):
            yield _trembling(still, phase, step, float(chance.uniform(0.0, 0.7)))
        yield from (_moving(still, far) for far in _ease(self.lower_card))


def _moving(still: Shot, away: float) -> Shot:
    """Return the card on its way: 560 px below its place nearly all of it has left the picture."""
    pose = still.pose or Pose(0, 0, 1)
    moved = dataclasses.replace(pose, y=pose.y + 560 * away, turn=pose.turn + 18 * away)
    return dataclasses.replace(still, pose=moved, glare=None, smear=2 + round(24 * away), softness=0.9)


def _trembling(still: Shot, phase: NDArray[np.float64], step: int, softness: float) -> Shot:
    """Return the card held still: the hand trembles by a few pixels, the focus needs two frames to settle."""
    pose = still.pose or Pose(0, 0, 1)
    sway = [float(value) for value in np.sin(phase + step * np.array([0.9, 1.3, 0.7]))]
    moved = dataclasses.replace(
        pose, x=pose.x + 4 * sway[0], y=pose.y + 3 * sway[1], turn=pose.turn + 0.8 * sway[2]
    )
    glare = None if still.glare is None else (still.glare[0] + 30 * step, still.glare[1])
    return dataclasses.replace(still, pose=moved, glare=glare, softness=max(1.3 - 0.5 * step, softness))


def _ease(frames: int) -> list[float]:
    """Return ``frames`` steps between 0 and 1, neither included: fast first, then slower, as a hand moves."""
    return [1 - (1 - (step + 1) / (frames + 1)) ** 1.7 for step in range(frames)]


def _glare(chance: np.random.Generator) -> tuple[float, float] | None:
    """Return where on a card a lamp is mirrored; one card in seven catches one."""
    if not happens(chance, 1 / 7):
        return None
    return float(chance.uniform(-320, 250)), float(chance.uniform(-160, 160))


def _draw_harsh(stage: Stage, shot: Shot, chance: np.random.Generator) -> Picture:
    """Draw a picture that a decoder may well miss: each fault comes alone or with others."""
    scale = float(chance.uniform(0.45, 1.4))
    turn = float(chance.uniform(-180, 180) if happens(chance, 0.35) else chance.uniform(-25, 25))
    tilt = 38 if happens(chance, 0.6) else 5
    pose = Pose(0, 0, scale, turn, float(chance.uniform(-tilt, tilt)), float(chance.uniform(-tilt, tilt)))
    # The code must be wholly in the picture, whatever else of the card is not.
    code_x, code_y = code_at(pose)
    room = min(0.66 * CODE_SIDE * scale + 10, HEIGHT / 2)
    x, y = float(chance.uniform(room, WIDTH - room)), float(chance.uniform(room, HEIGHT - room))
    pose = dataclasses.replace(pose, x=x - code_x, y=y - code_y)
    glare = (
        code_x + float(chance.uniform(-110, 110)) * scale,
        code_y + float(chance.uniform(-110, 110)) * scale,
    )
    lit = dataclasses.replace(shot, pose=pose, glare=glare if happens(chance, 0.3) else None)
    picture = stage.draw(lit)
    if happens(chance, 0.35):
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(0.6, 2.4))), np.uint8)
    elif happens(chance, 0.4):
        picture = _smear(picture, int(chance.integers(3, 12)), float(chance.uniform(0, 180)))
    seen = picture.astype(np.float32)
    if happens(chance, 0.35):
        seen = seen * float(chance.uniform(0.12, 0.5)) + float(chance.uniform(0, 25))
    if happens(chance, 0.4):
        ends = chance.uniform(0.4, 1.1, 2)
        seen *= np.linspace(ends[0], ends[1], WIDTH, dtype=np.float32)[None, :, None]
    noise = chance.standard_normal(seen.shape, dtype=np.float32) * np.float32(chance.choice([1, 3, 6, 10]))
    return _through_jpeg(np.clip(seen + noise, 0, 255).astype(np.uint8), int(chance.choice([40, 60, 80, 92])))


def _smear(picture: Picture, length: int, angle: float) -> Picture:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turned = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), angle, 1)
    along = cv2.warpAffine(kernel, turned, (length, length))
    return np.asarray(cv2.filter2D(picture, -1, along / np.sum(along)), dtype=np.uint8)


def _jpeg(picture: Picture, quality: int) -> bytes:
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes()


def _through_jpeg(picture: Picture, quality: int) -> Picture:
    decoded = cv2.imdecode(np.frombuffer(_jpeg(picture, quality), np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(decoded, dtype=np.uint8)


class _MotionJpeg:
    """Writes JPEG pictures as an AVI file (RIFF, one MJPG stream, with an index).

    OpenCV's own writer takes five times as long for a frame as ``cv2.imencode`` does, and its other one
    (FFmpeg) lets nobody choose the quality. Layout: Microsoft's "AVI RIFF File Reference". At most 4 GB.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self._file = path.open("wb")
        self._fps = fps
        self._sizes: list[int] = []
        self._write_head()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            self._write_index()
            self._file.seek(0)
            self._write_head()

    def write(self, jpeg: bytes) -> None:
        # Chunks start at even offsets.
        padded = jpeg + b"\0" * (len(jpeg) % 2)
        self._file.write(struct.pack("<4sI", b"00dc", len(jpeg)) + padded)
        self._sizes.append(len(jpeg))

    def _write_head(self) -> None:
        count, largest = len(self._sizes), max(self._sizes, default=0)
        movie = 4 + sum(8 + size + size % 2 for size in self._sizes)
        main = struct.pack(
            "<14I", round(1e6 / self._fps), 0, 0, 0x10, count, 0, 1, largest, WIDTH, HEIGHT, 0, 0, 0, 0
        )
        stream = struct.pack(
            "<4s4sIHHIIIIIIII4H",
            *(b"vids", b"MJPG", 0, 0, 0, 0, 1000, round(1000 * self._fps), 0, count, largest, 10000, 0),
            *(0, 0, WIDTH, HEIGHT),
        )
        picture = struct.pack(
            "<IiiHH4sIiiII", 40, WIDTH, HEIGHT, 1, 24, b"MJPG", WIDTH * HEIGHT * 3, 0, 0, 0, 0
        )
        streams = _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", picture))
        header = _list(b"hdrl", _chunk(b"avih", main) + streams)
        everything = 4 + len(header) + 8 + movie + 8 + 16 * count
        self._file.write(struct.pack("<4sI4s", b"RIFF", everything, b"AVI ") + header)
        self._file.write(struct.pack("<4sI4s", b"LIST", movie, b"movi"))

    def _write_index(self) -> None:
        offset, entries = 4, []
        for size in self._sizes:
            entries.append(struct.pack("<4sIII", b"00dc", 0x10, offset, size))
            offset += 8 + size + size % 2
        self._file.write(_chunk(b"idx1", b"".join(entries)))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)
