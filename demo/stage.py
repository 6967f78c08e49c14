"""Draws the hall, the people and the cards that a kiosk's camera looks at.

Everything is drawn from simple shapes and follows from the random generator that is handed in. What costs
time (halls, people, noise) is drawn once per stage: a frame is little more than one warp and a few additions.

Pictures are BGR uint8 unless a docstring says otherwise; sizes and places are in pixels, angles in degrees.
"""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.util import ALPHA_NUM, QRData

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[float, float]

WIDTH, HEIGHT = 1280, 720

# An ID-1 card (ISO/IEC 7810) at 8 px/mm: held at the usual distance it fills a third of the picture.
PX_PER_MM = 8
CARD_WIDTH, CARD_HEIGHT = round(85.6 * PX_PER_MM), 54 * PX_PER_MM
CARD_CORNER = round(3.18 * PX_PER_MM)
# Six pixels a module is what decoders like best.
MODULE_PX = 6
TOKEN_VERSION = 5
QUIET_ZONE = 4

# The card lies in a larger sprite that has room for the hand and the forearm.
CARD_LEFT, CARD_TOP = 90, 24
SPRITE_WIDTH, SPRITE_HEIGHT = CARD_WIDTH + 2 * CARD_LEFT, CARD_TOP + CARD_HEIGHT + 470
CODE_SIDE = (37 + 2 * QUIET_ZONE) * MODULE_PX
CODE_CENTRE = (CARD_LEFT + CARD_WIDTH - 16 - CODE_SIDE / 2, CARD_TOP + 88 + (CARD_HEIGHT - 88) / 2)
CARD_CENTRE = (CARD_LEFT + CARD_WIDTH / 2, CARD_TOP + CARD_HEIGHT / 2)
# A camera with a horizontal view of about 62°.
FOCAL_PX = 1060.0

SKINS: Sequence[Colour] = ((150, 182, 226), (112, 150, 205), (88, 122, 178), (62, 90, 140))
CLOTHES: Sequence[Colour] = (
    (92, 64, 44),
    (60, 58, 62),
    (120, 104, 86),
    (70, 92, 60),
    (150, 150, 158),
    (48, 50, 112),
)
HAIR: Sequence[Colour] = ((28, 26, 30), (40, 44, 62), (120, 122, 126), (150, 110, 92), (84, 60, 120))
BRANDS: Sequence[Colour] = ((92, 112, 24), (132, 76, 28), (54, 44, 140), (110, 58, 96))
PEOPLE = 4
NOISES = 5


@dataclasses.dataclass(frozen=True)
class Prop:
    """Something cut out; ``colour`` is already multiplied by ``alpha`` (uint8, one channel)."""

    colour: Picture
    alpha: Picture


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody's head and shoulders, as large as the picture, and the colours that their hand needs."""

    looks: Prop
    skin: Colour
    clothes: Colour


@dataclasses.dataclass(frozen=True)
class Pose:
    """Where a card's centre is, how near it is (1.0: 8 px/mm), and how it is turned."""

    x: float
    y: float
    scale: float
    turn: float = 0.0
    tilt_x: float = 0.0
    tilt_y: float = 0.0

    def homography(self) -> NDArray[np.float64]:
        """Return the 3-by-3 map from sprite to picture: a plane turned in space before a pinhole camera."""
        turn, tilt_x, tilt_y = (float(angle) for angle in np.radians([self.turn, self.tilt_x, self.tilt_y]))
        about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        about_x = np.array(
            [[1, 0, 0], [0, np.cos(tilt_x), -np.sin(tilt_x)], [0, np.sin(tilt_x), np.cos(tilt_x)]]
        )
        about_y = np.array(
            [[np.cos(tilt_y), 0, np.sin(tilt_y)], [0, 1, 0], [-np.sin(tilt_y), 0, np.cos(tilt_y)]]
        )
        plane = (about_y @ about_x @ about_z)[:, :2]
        view = np.column_stack([plane, [0.0, 0.0, FOCAL_PX / self.scale]])
        to_picture = np.array([[FOCAL_PX, 0, self.x], [0, FOCAL_PX, self.y], [0, 0, 1]])
        from_sprite = np.array([[1, 0, -CARD_CENTRE[0]], [0, 1, -CARD_CENTRE[1]], [0, 0, 1]])
        return np.asarray(to_picture @ view @ from_sprite, dtype=np.float64)


@dataclasses.dataclass(frozen=True)
class Shot:
    """What one frame shows: who stands there, what the hand holds, and how the camera sees it.

    ``aside`` moves the person sideways (px); ``glare`` is a spot of light's place relative to the card;
    ``smear`` is the length of a vertical motion blur (px) and ``softness`` a lens blur (sigma, px).
    """

    person: int | None = None
    aside: int = 0
    prop: Prop | None = None
    pose: Pose | None = None
    glare: Point | None = None
    smear: int = 0
    softness: float = 0.0


def happens(chance: np.random.Generator, share: float) -> bool:
    """Return True in ``share`` of all calls (0 to 1)."""
    return bool(chance.random() < share)


def qr_picture(text: str | bytes, module_px: int = MODULE_PX) -> Picture:
    """Draw a QR code with its quiet zone: grey uint8, square, ``module_px`` pixels a module.

    At most 122 alphanumeric characters (every card token) come out as version 5 at level M; anything else
    takes the smallest version at level M, or at level L where M has no room (up to 2,953 bytes). Raises
    ``ValueError`` for more than a QR code holds.
    """
    data = text.encode() if isinstance(text, str) else text
    alphanumeric = bool(data) and all(byte in ALPHA_NUM for byte in data)
    for level in (ERROR_CORRECT_M, ERROR_CORRECT_L):
        # A fixed mask: weighing all eight takes five times as long, and any of them reads the same.
        code = qrcode.QRCode(error_correction=level, border=QUIET_ZONE, mask_pattern=3)
        code.add_data(QRData(data, mode=2 if alphanumeric else 4))  # alphanumeric or bytes
        try:
            code.best_fit(start=TOKEN_VERSION if alphanumeric else 1)
            code.make(fit=False)
        except (DataOverflowError, ValueError):
            continue
        light = 255 * (1 - np.array(code.get_matrix(), dtype=np.uint8))
        return np.kron(light, np.ones((module_px, module_px), dtype=np.uint8))
    raise ValueError(f"a QR code holds at most 2,953 bytes, this text has {len(data)}")


def card_picture(text: str | bytes, brand: Colour) -> Picture:
    """Draw a member's card (432, 685, 3): the body's band, lines of print, the QR code at the right.

    A code too large for the card at 6 px a module is printed with as many whole pixels a module as fit: one
    for the largest code. Raises ``ValueError`` for a text that no QR code holds.
    """
    card = np.full((CARD_HEIGHT, CARD_WIDTH, 3), 250, np.uint8)
    band = 88
    shade = np.linspace(0.85, 1.15, CARD_WIDTH)[None, :, None]
    card[:band] = np.clip(np.array(brand) * shade, 0, 255).astype(np.uint8)
    light = tuple(int(255 - (255 - channel) * 0.16) for channel in brand)
    cv2.circle(card, (60, CARD_HEIGHT), 210, light, -1, cv2.LINE_AA)
    cv2.putText(
        card, "CARTE DE MEMBRE", (26, 58), cv2.FONT_HERSHEY_DUPLEX, 1.15, (255, 255, 255), 2, cv2.LINE_AA
    )
    cv2.circle(card, (76, 172), 44, brand, -1, cv2.LINE_AA)
    cv2.ellipse(card, (76, 176), (24, 24), 0, 180, 360, (255, 255, 255), 5, cv2.LINE_AA)
    cv2.line(card, (50, 176), (102, 176), (255, 255, 255), 5, cv2.LINE_AA)
    for x, y, length, grey in (
        (140, 146, 190, 70),
        (140, 178, 150, 140),
        (32, 248, 250, 70),
        (32, 280, 210, 140),
    ):
        cv2.rectangle(card, (x, y), (x + length, y + 11), (grey, grey, grey), -1)
    code = qr_picture(text, 1)
    module_px = min(MODULE_PX, (CARD_HEIGHT - band - 8) // code.shape[0])
    printed = np.kron(code, np.ones((module_px, module_px), dtype=np.uint8))
    side = printed.shape[0]
    top, left = band + (CARD_HEIGHT - band - side) // 2, CARD_WIDTH - side - 16
    # Ink on plastic is neither black nor paper white.
    card[top : top + side, left : left + side] = (22 + printed.astype(np.uint16) * 228 // 255)[:, :, None]
    return card


def hand(
    chance: np.random.Generator, person: Person, text: str | bytes | None, *, upside_down: bool = False
) -> Prop:
    """Draw a person's hand and forearm: holding a card with ``text`` as its QR code, or open for None.

    Raises ``ValueError`` for a text that no QR code holds.
    """
    canvas = np.zeros((SPRITE_HEIGHT, SPRITE_WIDTH, 3), np.uint8)
    alpha = np.zeros((SPRITE_HEIGHT, SPRITE_WIDTH), np.uint8)
    x, y = CARD_LEFT + 150.0, CARD_TOP + CARD_HEIGHT + 40.0
    wrist = (x - 20, y + 150)
    elbow = (x - float(chance.uniform(20, 80)), SPRITE_HEIGHT + 100.0)
    palm = ([(x - 8, y - 20), (x - 2, y + 60)], 150)
    _shape(canvas, alpha, [palm, ([(x - 6, y + 40), wrist, elbow], 116)], person.skin)
    _shape(canvas, alpha, [([(wrist[0] - 6, wrist[1] + 75), elbow], 184)], person.clothes)
    if text is None:
        for spread, length in ((-120, 215), (-45, 275), (25, 285), (92, 250)):
            finger = [(x + spread * 0.5, y - 30), (x + spread, y - 45 - length)]
            _shape(canvas, alpha, [(finger, 52)], person.skin)
        _shape(canvas, alpha, [([(x + 40, y + 40), (x + 165, y - 70)], 58)], person.skin)
        _shape(canvas, alpha, [palm], person.skin)
    else:
        # Upside down the code is at the left, so the other hand holds the card.
        side = -1 if upside_down else 1
        for layer in (canvas, alpha):
            layer[:] = layer[:, ::side].copy()
        _lay_card(canvas, alpha, card_picture(text, _pick(chance, BRANDS))[::side, ::side])
        x = SPRITE_WIDTH - x if upside_down else x
        thumb = [(x + side * 24, y + 50), (x - side * 22, y - 70), (x - side * 20, y - 118)]
        _shape(canvas, alpha, [(thumb, 56)], person.skin)
        nail = (round(x - side * 20), round(y - 124))
        pale = tuple(min(255, channel + 26) for channel in person.skin)
        cv2.ellipse(canvas, nail, (14, 19), 0, 0, 360, pale, -1, cv2.LINE_AA)
    ends = chance.uniform(0.86, 1.0, 2)
    gain = np.linspace(float(ends[0]), float(ends[1]), SPRITE_WIDTH, dtype=np.float32)[None, :, None]
    return Prop(_as_picture(canvas * gain * (alpha[:, :, None] / np.float32(255))), alpha)


def code_at(pose: Pose) -> Point:
    """Return where in the picture the centre of a card's code is, for a card that is not upside down."""
    x, y, w = (float(value) for value in pose.homography() @ np.array([*CODE_CENTRE, 1.0]))
    return x / w, y / w


def held(chance: np.random.Generator) -> Pose:
    """Return how people in a hall hold a card: in the middle, nearly straight, 30 to 50 % of the picture."""
    return Pose(
        x=WIDTH / 2 + float(chance.uniform(-150, 150)),
        y=HEIGHT / 2 + float(chance.uniform(-60, 40)),
        scale=float(chance.uniform(0.92, 1.22)),
        turn=float(chance.normal(0, 7)),
        tilt_x=float(chance.uniform(-20, 20)),
        tilt_y=float(chance.uniform(-22, 22)),
    )


class Stage:
    """One camera's view for a whole video: the hall, the people who come, the light, the sensor's noise."""

    def __init__(
        self,
        chance: np.random.Generator,
        *,
        cluttered: bool = False,
        people: int = PEOPLE,
        noises: int = NOISES,
    ) -> None:
        """Draw what frames share. ``cluttered`` puts print, stripes and shapes in focus behind the people."""
        hall = _draw_hall(chance)
        if cluttered:
            _clutter(hall, chance)
        across = np.linspace(float(chance.uniform(0.72, 1.05)), float(chance.uniform(0.72, 1.05)), WIDTH)
        down = np.linspace(1.05, float(chance.uniform(0.8, 1.0)), HEIGHT)
        light = np.clip(across[None, :] * down[:, None], 0, 1.15).astype(np.float32)[:, :, None]
        self._hall = _as_picture(hall * light)
        self.people = tuple(_draw_person(chance) for _ in range(people))
        self._attended = tuple(_put(self._hall.copy(), person.looks, 0) for person in self.people)
        self._noises = _draw_noises(chance, noises)
        self._spot = _draw_spot(float(chance.uniform(70, 120)))
        self._drawn = 0

    def draw(self, shot: Shot) -> Picture:
        """Return the frame for ``shot``, shape (720, 1280, 3)."""
        if shot.person is None:
            picture = self._hall.copy()
        elif shot.aside == 0:
            picture = self._attended[shot.person].copy()
        else:
            picture = _put(self._hall.copy(), self.people[shot.person].looks, shot.aside)
        if shot.prop is not None and shot.pose is not None:
            self._show(picture, shot, shot.prop, shot.pose)
        brighter, darker = self._noises[self._drawn % len(self._noises)]
        self._drawn += 1
        cv2.add(picture, brighter, dst=picture)
        cv2.subtract(picture, darker, dst=picture)
        return picture

    def _show(self, picture: Picture, shot: Shot, prop: Prop, pose: Pose) -> None:
        """Lay the hand over the picture: the one warp of a frame, only where the hand is."""
        to_picture = pose.homography()
        corners = np.array(
            [[[0, 0], [SPRITE_WIDTH, 0], [SPRITE_WIDTH, SPRITE_HEIGHT], [0, SPRITE_HEIGHT]]], np.float64
        )
        outline = cv2.perspectiveTransform(corners, to_picture)[0]
        left, top = np.clip(np.floor(outline.min(axis=0)).astype(int), 0, [WIDTH, HEIGHT])
        right, bottom = np.clip(np.ceil(outline.max(axis=0)).astype(int), 0, [WIDTH, HEIGHT])
        if right - left < 2 or bottom - top < 2:  # noqa: PLR2004  # nothing of it is in the picture
            return
        to_region = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ to_picture
        size = (int(right - left), int(bottom - top))
        region = picture[top:bottom, left:right]
        colour = cv2.warpPerspective(prop.colour, to_region, size, flags=cv2.INTER_LINEAR)
        alpha = cv2.warpPerspective(prop.alpha, to_region, size, flags=cv2.INTER_LINEAR)
        if shot.smear > 1:
            colour, alpha = cv2.blur(colour, (1, shot.smear)), cv2.blur(alpha, (1, shot.smear))
        behind = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2BGR)
        cv2.add(cv2.multiply(region, behind, scale=1 / 255), colour, dst=region)
        if shot.softness > 0.25:  # noqa: PLR2004  # less cannot be seen
            cv2.GaussianBlur(region, (5, 5), shot.softness, dst=region)
        if shot.glare is not None:
            self._shine(picture, pose.x + shot.glare[0], pose.y + shot.glare[1])

    def _shine(self, picture: Picture, x: float, y: float) -> None:
        half = self._spot.shape[0] // 2
        left, top = round(x) - half, round(y) - half
        from_x, from_y = max(0, -left), max(0, -top)
        region = picture[max(0, top) : top + 2 * half, max(0, left) : left + 2 * half]
        if region.size:
            spot = self._spot[from_y : from_y + region.shape[0], from_x : from_x + region.shape[1]]
            cv2.add(region, spot, dst=region)


def _pick(chance: np.random.Generator, colours: Sequence[Colour]) -> Colour:
    return colours[int(chance.integers(len(colours)))]


def _shape(
    canvas: Picture, alpha: Picture, strokes: Sequence[tuple[Sequence[Point], int]], colour: Colour
) -> None:
    """Draw strokes (points, width) as one body, darker towards its edges as round things are."""
    mask = np.zeros(canvas.shape[:2], np.uint8)
    for points, width in strokes:
        line = np.round(np.array(points) * 8).astype(np.int32)
        cv2.polylines(mask, [line], isClosed=False, color=255, thickness=width, lineType=cv2.LINE_AA, shift=3)
    x, y, w, h = cv2.boundingRect(mask)
    part = mask[y : y + h, x : x + w]
    inside = cv2.distanceTransform((part > 127).astype(np.uint8), cv2.DIST_L2, 3)  # noqa: PLR2004  # half covered
    shade = 0.62 + 0.38 * np.sqrt(np.clip(inside / (min(width for _, width in strokes) / 2), 0, 1))
    cover = (part / np.float32(255))[:, :, None]
    region = canvas[y : y + h, x : x + w]
    region[:] = _as_picture(region * (1 - cover) + np.array(colour, np.float32) * shade[:, :, None] * cover)
    np.maximum(alpha[y : y + h, x : x + w], part, out=alpha[y : y + h, x : x + w])


def _as_picture(values: NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


def _lay_card(canvas: Picture, alpha: Picture, card: Picture) -> None:
    mask = np.zeros((CARD_HEIGHT, CARD_WIDTH), np.uint8)
    r = CARD_CORNER
    cv2.rectangle(mask, (r, 0), (CARD_WIDTH - r - 1, CARD_HEIGHT - 1), 255, -1)
    cv2.rectangle(mask, (0, r), (CARD_WIDTH - 1, CARD_HEIGHT - r - 1), 255, -1)
    for x in (r, CARD_WIDTH - r - 1):
        for y in (r, CARD_HEIGHT - r - 1):
            cv2.circle(mask, (x, y), r, 255, -1, cv2.LINE_AA)
    rows, columns = slice(CARD_TOP, CARD_TOP + CARD_HEIGHT), slice(CARD_LEFT, CARD_LEFT + CARD_WIDTH)
    cover = (mask / np.float32(255))[:, :, None]
    canvas[rows, columns] = (canvas[rows, columns] * (1 - cover) + card * cover).astype(np.uint8)
    np.maximum(alpha[rows, columns], mask, out=alpha[rows, columns])


def _draw_hall(chance: np.random.Generator) -> Picture:
    """Draw booths along a back wall, out of focus."""
    hall = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    wall, floor = (198, 206, 210), (116, 128, 140)
    horizon = 470
    hall[:horizon] = np.linspace(1.0, 0.86, horizon)[:, None, None] * np.array(wall)
    hall[horizon:] = np.linspace(0.8, 1.1, HEIGHT - horizon)[:, None, None] * np.array(floor)
    for x in range(90, WIDTH, 310):
        cv2.rectangle(hall, (x, 26), (x + 150, 44), (255, 255, 255), -1)
    x = int(chance.integers(-140, 0))
    while x < WIDTH:
        width, colour = int(chance.integers(220, 330)), _pick(chance, BRANDS)
        pale = tuple(int(225 - (225 - channel) * 0.35) for channel in colour)
        cv2.rectangle(hall, (x, 150), (x + width, 490), pale, -1)
        cv2.rectangle(hall, (x, 150), (x + width, 212), colour, -1)
        cv2.putText(
            hall, "Stand", (x + 40, 196), cv2.FONT_HERSHEY_DUPLEX, 1.4, (245, 245, 245), 3, cv2.LINE_AA
        )
        cv2.rectangle(hall, (x + 30, 396), (x + width - 40, 540), (206, 214, 218), -1)
        for _ in range(int(chance.integers(0, 3))):
            at = x + int(chance.integers(40, width - 40))
            cv2.ellipse(hall, (at, 460), (46, 130), 0, 180, 360, _pick(chance, CLOTHES), -1)
            cv2.circle(hall, (at, 312), 30, _pick(chance, SKINS), -1)
            cv2.ellipse(hall, (at, 304), (31, 26), 0, 180, 360, _pick(chance, HAIR), -1)
        x += width + int(chance.integers(20, 70))
    return np.asarray(cv2.GaussianBlur(hall, (0, 0), 6), dtype=np.uint8)


def _clutter(hall: Picture, chance: np.random.Generator) -> None:
    """Put what tempts a decoder in focus: print, stripes, frames and discs."""
    for _ in range(int(chance.integers(5, 25))):
        colour = tuple(int(channel) for channel in chance.integers(0, 255, 3))
        x, y = int(chance.integers(0, WIDTH)), int(chance.integers(0, HEIGHT))
        kind = chance.choice(["frame", "disc", "print", "stripes"])
        if kind == "frame":
            corner = (x + int(chance.integers(10, 300)), y + int(chance.integers(10, 300)))
            cv2.rectangle(hall, (x, y), corner, colour, int(chance.choice([-1, 2, 4])))
        elif kind == "disc":
            cv2.circle(hall, (x, y), int(chance.integers(10, 120)), colour, int(chance.choice([-1, 3])))
        elif kind == "print":
            words = "".join(chr(int(code)) for code in chance.integers(48, 91, 12))
            size = float(chance.uniform(0.5, 2.5))
            cv2.putText(hall, words, (x, y), int(chance.integers(0, 5)), size, colour, 2)
        else:
            for stripe in range(int(chance.integers(5, 30))):
                at = x + 6 * stripe
                cv2.line(hall, (at, y), (at, y + 80), colour, int(chance.integers(1, 4)))


def _draw_person(chance: np.random.Generator) -> Person:
    """Draw somebody, a little out of focus: the camera is set to where cards are held."""
    colour = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    skin, clothes, hair = _pick(chance, SKINS), _pick(chance, CLOTHES), _pick(chance, HAIR)
    x, scarf = WIDTH / 2 + float(chance.uniform(-90, 90)), happens(chance, 0.4)
    _shape(colour, alpha, [([(x, 640), (x, 900)], 520), ([(x - 180, 520), (x + 180, 520)], 190)], clothes)
    if scarf:
        _shape(colour, alpha, [([(x, 170), (x, 380)], 270)], hair)
    else:
        _shape(colour, alpha, [([(x, 128), (x, 190)], 214)], hair)
    _shape(colour, alpha, [([(x, 170), (x, 268)], 178), ([(x, 260), (x, 410)], 100)], skin)
    if scarf:
        _shape(colour, alpha, [([(x - 70, 400), (x, 430), (x + 70, 400)], 110)], hair)
    at = round(x)
    for side in (-1, 1):
        cv2.ellipse(colour, (at + side * 38, 196), (15, 7), 0, 0, 360, (236, 238, 240), -1, cv2.LINE_AA)
        cv2.circle(colour, (at + side * 38, 196), 7, (30, 36, 52), -1, cv2.LINE_AA)
        cv2.ellipse(colour, (at + side * 38, 178), (24, 8), 0, 200, 340, (34, 38, 48), 5, cv2.LINE_AA)
    darker = tuple(int(channel * 0.72) for channel in skin)
    cv2.line(colour, (at, 205), (at - 6, 238), darker, 6, cv2.LINE_AA)
    cv2.ellipse(colour, (at, 284), (32, 12), 0, 10, 170, (84, 84, 150), 6, cv2.LINE_AA)
    tinted = _as_picture(colour * (alpha[:, :, None] / np.float32(255)))
    looks = Prop(
        np.asarray(cv2.GaussianBlur(tinted, (0, 0), 3), dtype=np.uint8),
        np.asarray(cv2.GaussianBlur(alpha, (0, 0), 3), dtype=np.uint8),
    )
    return Person(looks, skin, clothes)


def _put(picture: Picture, looks: Prop, aside: int) -> Picture:
    """Lay somebody over ``picture``, moved sideways by ``aside``."""
    width = WIDTH - abs(aside)
    if width > 0:
        to, start = max(0, aside), max(0, -aside)
        region = picture[:, to : to + width]
        behind = cv2.cvtColor(cv2.bitwise_not(looks.alpha[:, start : start + width]), cv2.COLOR_GRAY2BGR)
        region[:] = cv2.add(
            cv2.multiply(region, behind, scale=1 / 255), looks.colour[:, start : start + width]
        )
    return picture


def _draw_noises(chance: np.random.Generator, count: int) -> tuple[tuple[Picture, Picture], ...]:
    """Return pairs to add and to subtract; a pool, because fresh noise would cost more than the frame."""
    noises = []
    for _ in range(count):
        grey = chance.standard_normal((HEIGHT, WIDTH, 1), dtype=np.float32) * 3
        noises.append((_as_picture(np.repeat(grey, 3, axis=2)), _as_picture(np.repeat(-grey, 3, axis=2))))
    return tuple(noises)


def _draw_spot(radius: float) -> Picture:
    half = round(radius * 2)
    away = np.arange(-half, half, dtype=np.float32)
    spot = np.exp(-(away[None, :] ** 2 + away[:, None] ** 2) / (2 * (radius * 0.6) ** 2)) * 190
    return np.repeat(spot[:, :, None], 3, axis=2).astype(np.uint8)
