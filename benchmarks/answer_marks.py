"""Marks on paper as people make them: a pencil or a ball pen, and the hand that holds it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from kash.assessments.sheets.layout import BUBBLE_RADIUS, Point

# Pixels of a millimetre on the paper, and how much finer marks are drawn.
PAPER_FINE = 8.0
_MARKED_FINER = 3


class Pen:
    """A pencil or a ball pen, and the hand that holds it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.pencil = random.random() < 0.4
        self.level = random.randint(70, 125) if self.pencil else random.randint(25, 95)
        self.width = random.uniform(0.45, 0.8) if self.pencil else random.uniform(0.3, 0.55)
        self.off = random.uniform(0, 0.5)

    def draw(self, picture: Image.Image, middle: Point, way: str, after: str = "") -> None:
        """Draw one mark about a bubble's middle, given in pixels."""
        fine = PAPER_FINE * _MARKED_FINER
        half = BUBBLE_RADIUS * 2.2
        side = round(2 * half * PAPER_FINE)
        patch = Image.new("L", (side * _MARKED_FINER, side * _MARKED_FINER), 255)
        level = 190 if way == "faint" else self.level
        stroke = _Strokes(ImageDraw.Draw(patch), self.random, fine, half, level, self.width)
        stroke.shift(self.off)
        _DRAWN.get(way, _Strokes.filled)(stroke)
        if after == "corrected":
            stroke.crossed_out()
        patch = patch.resize((side, side), Image.Resampling.BOX)
        if self.pencil:
            patch = patch.filter(ImageFilter.GaussianBlur(0.8))
        if after == "erased":
            patch = patch.point([round(255 - (255 - level) * 0.22) for level in range(256)])
            patch = patch.filter(ImageFilter.GaussianBlur(3))
        corner = (round(middle[0] - side / 2), round(middle[1] - side / 2))
        below = picture.crop((*corner, corner[0] + side, corner[1] + side))
        picture.paste(ImageChops.multiply(below, patch), corner)


class _Strokes:
    """Strokes about the middle of a patch, in millimetres from it."""

    def __init__(
        self,
        draw: ImageDraw.ImageDraw,
        random: Random,
        fine: float,
        half: float,
        level: int,
        width: float,
    ) -> None:
        self.on, self.random, self.fine = draw, random, fine
        self.x = self.y = half
        self.level, self.width = level, width

    def shift(self, most: float) -> None:
        self.x += self.random.uniform(-most, most)
        self.y += self.random.uniform(-most, most)

    def line(self, points: Sequence[Point], width: float = 0.0) -> None:
        self.on.line(
            [((self.x + x) * self.fine, (self.y + y) * self.fine) for x, y in points],
            fill=self.level,
            width=max(1, round((width or self.width) * self.fine)),
            joint="curve",
        )

    def _zigzag(self, reach: float, step: float) -> None:
        angle = self.random.uniform(0, math.pi)
        along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
        points, at, side = [], -reach, 1
        while at <= reach:
            long = math.sqrt(max(0.0, reach**2 - at**2)) * self.random.uniform(0.8, 1.1) * side
            points.append((at * along[0] + long * across[0], at * along[1] + long * across[1]))
            at += step * self.random.uniform(0.6, 1.3)
            side = -side
        self.line(points)

    def filled(self) -> None:
        self._zigzag(BUBBLE_RADIUS * self.random.uniform(0.85, 1.0), self.width * 0.55)

    def scribbled(self) -> None:
        self._zigzag(BUBBLE_RADIUS * self.random.uniform(0.8, 1.15), self.width * 1.1)

    def hatched(self) -> None:
        self._zigzag(BUBBLE_RADIUS * self.random.uniform(0.9, 1.1), max(0.75, self.width * 1.7))

    def half(self) -> None:
        kept, self.y = self.y, self.y + BUBBLE_RADIUS * 0.45
        self._zigzag(BUBBLE_RADIUS * 0.75, self.width * 0.6)
        self.y = kept

    def crossed(self) -> None:
        reach = BUBBLE_RADIUS * self.random.uniform(0.8, 1.15)
        width = max(self.width, 0.5)
        for slope in (1, -1):
            bend = self.random.uniform(-0.5, 0.5)
            self.line([(-reach, -reach * slope), (bend, bend), (reach, reach * slope)], width)

    def ticked(self) -> None:
        self.line([(-1.8, 0.2), (-0.5, 1.8), (2.6, -3.0)])

    def dotted(self) -> None:
        self.line([(-0.4, 0), (0.4, 0.1)], 0.9)

    def ringed(self) -> None:
        reach = BUBBLE_RADIUS * 1.35
        self.line([(reach * math.cos(at / 6), reach * 0.95 * math.sin(at / 6)) for at in range(40)])

    def crossed_out(self) -> None:
        reach = BUBBLE_RADIUS * 1.6
        for slope in (1, -1):
            self.line([(-reach, -reach * slope), (reach, reach * slope)], 0.6)
        self.line([(-reach, 0.3), (reach, -0.2)], 0.6)


_DRAWN: dict[str, Callable[[_Strokes], None]] = {
    "filled": _Strokes.filled,
    "faint": _Strokes.filled,
    "scribbled": _Strokes.scribbled,
    "hatched": _Strokes.hatched,
    "half": _Strokes.half,
    "crossed": _Strokes.crossed,
    "ticked": _Strokes.ticked,
    "dotted": _Strokes.dotted,
    "ringed": _Strokes.ringed,
}
