"""A drawn person under an arch, swaying and speaking, with a name below: YUV 4:2:0, drawn by rows without numpy."""

import math
import zlib
from dataclasses import dataclass

from av import VideoFrame

from server.demo import glyphs

WIDTH, HEIGHT = 480, 360
FLOOR = 292
"""The row where the arch ends and the band with the name begins."""

Colour = tuple[int, int, int]
"""Y, Cb, Cr, each 0 to 255 (BT.601)."""
PAPER: Colour = (232, 122, 132)
INK: Colour = (40, 132, 124)
WHITE: Colour = (235, 128, 128)
SKINS: tuple[Colour, ...] = ((190, 108, 148), (150, 108, 152), (104, 112, 148))
ARCHES: dict[str, Colour] = {
    "rust": (112, 92, 172),
    "violet": (92, 158, 142),
    "blue": (96, 164, 104),
    "forest": (88, 116, 108),
    "wine": (74, 120, 164),
    "teal": (108, 138, 96),
}


def loudness(seconds: float) -> float:
    """0 to 1: syllables in sentences with a breath between them, in a loop of four seconds."""
    within = seconds % 4
    sentence = 1.0 if within < 2.4 or 2.8 <= within < 3.6 else 0.0
    return sentence * math.sin(math.pi * within * 2.5) ** 2


class Canvas:
    """Three planes of bytes: luma in full size, both chromas in half."""

    def __init__(self, colour: Colour) -> None:
        self.planes = [
            bytearray([value]) * (WIDTH * HEIGHT >> (2 if chroma else 0)) for chroma, value in enumerate(colour)
        ]

    def copy(self) -> "Canvas":
        canvas = Canvas.__new__(Canvas)
        canvas.planes = [plane[:] for plane in self.planes]
        return canvas

    def row(self, y: int, left: int, right: int, colour: Colour) -> None:
        """Colour the points from `left` up to `right` in row `y`."""
        left, right = max(0, left), min(WIDTH, right)
        if right <= left or not 0 <= y < HEIGHT:
            return
        self.planes[0][y * WIDTH + left : y * WIDTH + right] = bytes([colour[0]]) * (right - left)
        if y % 2 == 0:
            start, end = y // 2 * (WIDTH // 2) + left // 2, y // 2 * (WIDTH // 2) + right // 2
            for plane, value in zip(self.planes[1:], colour[1:], strict=True):
                plane[start:end] = bytes([value]) * (end - start)

    def box(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        for y in range(top, bottom):
            self.row(y, left, right, colour)

    def oval(self, x: int, y: int, wide: int, high: int, colour: Colour, until: int = HEIGHT) -> None:
        """An ellipse with half-axes `wide` and `high` round (x, y), cut off at row `until`."""
        for row in range(y - high, min(y + high + 1, until)):
            half = round(wide * math.sqrt(1 - ((row - y) / max(high, 1)) ** 2))
            self.row(row, x - half, x + half, colour)

    def write(self, text: str, y: int, scale: int, colour: Colour) -> None:
        """A line of capitals in the middle, each point `scale` wide."""
        left = (WIDTH - len(text) * glyphs.WIDTH * scale) // 2
        for column, row in glyphs.points(text):
            x = left + column * scale
            self.box(x, y + row * scale, x + scale, y + (row + 1) * scale, colour)

    def frame(self) -> VideoFrame:
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for target, plane in zip(frame.planes, self.planes, strict=True):
            target.update(_padded(plane, target.width, target.line_size))
        return frame


def _padded(plane: bytearray, width: int, line_size: int) -> bytes:
    """The rows as the encoder's frame wants them, which may be longer than the picture is wide."""
    if line_size == width:
        return bytes(plane)
    rows = (plane[start : start + width] for start in range(0, len(plane), width))
    return b"".join(row.ljust(line_size, b"\0") for row in rows)


@dataclass
class Portrait:
    name: str
    employer: str = ""
    colour: str = "teal"

    def __post_init__(self) -> None:
        seed = zlib.crc32(self.name.encode())
        self.pitch = 120 + seed % 90
        """The voice's tone in hertz."""
        self._skin = SKINS[seed % len(SKINS)]
        self._hair: Colour = (36 + seed % 60, 122, 136)
        self._coat: Colour = WHITE if self.employer else ARCHES["blue"]
        self._ground: Canvas | None = None

    def draw(self, seconds: float) -> VideoFrame:
        self._ground = self._ground or self._draw_ground()
        canvas = self._ground.copy()
        sway, nod = round(7 * math.sin(seconds * 1.1)), round(3 * math.sin(seconds * 2.3))
        canvas.oval(240 + sway // 2, 300, 88, 84, self._coat, FLOOR)
        canvas.box(226 + sway // 2, 196, 256 + sway // 2, 226, self._skin)
        x, y = 240 + sway, 158 + nod
        canvas.oval(x, y - 8, 48, 52, self._hair, y)
        canvas.oval(x, y, 42, 50, self._skin)
        canvas.oval(x, y - 24, 41, 28, self._hair, y - 20)
        for eye in (-16, 16):
            canvas.oval(x + eye, y - 4, 4, 1 if seconds % 3.7 < 0.15 else 4, INK)
        canvas.oval(x, y + 24, 12, 2 + round(8 * loudness(seconds)), (70, 116, 168))
        return canvas.frame()

    def _draw_ground(self) -> Canvas:
        canvas, arch = Canvas(PAPER), ARCHES.get(self.colour, ARCHES["teal"])
        canvas.oval(240, 152, 128, 128, arch)
        canvas.box(112, 152, 368, FLOOR, arch)
        canvas.box(0, FLOOR, WIDTH, HEIGHT, INK)
        lines = [line for line in (self.name, self.employer) if line]
        scale = max(1, min(3 if len(lines) == 1 else 2, WIDTH // (max(map(len, lines)) * glyphs.WIDTH)))
        for number, line in enumerate(lines):
            height = glyphs.HEIGHT * scale
            canvas.write(line, FLOOR + (HEIGHT - FLOOR - height * len(lines)) // 2 + number * height, scale, WHITE)
        return canvas
