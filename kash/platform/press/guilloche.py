"""The border of the ornate certificate: bands of woven waves, rosettes, a pale medallion.

It is drawn of as few curves as can look engraved, because every page is painted with it: a Bézier
curve for each whole wave of a band, from one crossing of the middle to the next but one, and one
for each petal of a rosette. Lengths are fiftieths of a millimetre.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

UNITS_A_MILLIMETRE = 50
_WIDTH = 297 * UNITS_A_MILLIMETRE
_INK, _GOLD, _PALE = "#0a5463", "#c98a1c", "#dfe9e6"
# Where the middle of a band runs, and the centres of the rosettes, below which it ends.
_MIDDLE, _CORNER = 727.5, 885
# The rounded lines along the bands: distance from the edge, radius, colour and width.
_LINES = ((465, 775, _INK, 14), (420, 820, _INK, 5), (990, 425, _INK, 14), (1035, 380, _GOLD, 5))
# How far and how high the handles of a wave reach: it then is a sine to the eye.
_FAR, _HIGH = 0.5, math.sqrt(12)
# A band swells and narrows once on about this length.
_SWELLING = 1830

Point = tuple[float, float]
# A point from its distance along a line and its height over it.
Placed = Callable[[float, float], Point]


@dataclass(frozen=True, slots=True)
class _Weave:
    """So many strands with so many waves to a swelling; a wave is `mean` high, give or take."""

    strands: int
    waves: int
    mean: float
    swelling: float


_GOLDEN_WEAVE = _Weave(3, 3, 134, 42)
_INKED_WEAVE = _Weave(6, 4, 126, -66)


@lru_cache(maxsize=4)
def guilloche(height: float) -> str:
    """The picture for a page 297 mm wide and so many millimetres high, as SVG."""
    tall = round(height * UNITS_A_MILLIMETRE)
    rosette = _petals((0, 0), 171, 369, 48, 4) + _petals((0, 0), 74, 190, 30, 4)
    # Somewhat over the middle, behind the name.
    middle = (_WIDTH / 2, tall / 2 - 325)
    medallion = (
        _petals(middle, 2019, 3180, 144, 5)
        + _petals(middle, 1212, 2088, 96, 5)
        + _petals(middle, 409, 1191, 48, 4)
    )
    corners = itertools.product((_CORNER, _WIDTH - _CORNER), (_CORNER, tall - _CORNER))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="{height:g}mm" '
            f'viewBox="0 0 {_WIDTH} {tall}" fill="none">',
            '<defs><g id="rosette"><circle r="410" fill="#fff"/>'
            f'<circle r="410" stroke="{_INK}" stroke-width="14"/>{_drawn(rosette, _INK, 8)}'
            "</g></defs>",
            _drawn(medallion, _PALE, 9),
            _drawn(_bands(tall, _GOLDEN_WEAVE), _GOLD, 7),
            _drawn(_bands(tall, _INKED_WEAVE), _INK, 8),
            *(_line(tall, *line) for line in _LINES),
            *(f'<use href="#rosette" x="{x}" y="{y}"/>' for x, y in corners),
            "</svg>",
        )
    )


def _drawn(path: str, colour: str, width: int) -> str:
    return f'<path d="{path}" stroke="{colour}" stroke-width="{width}"/>'


def _line(tall: int, distance: int, radius: int, colour: str, width: int) -> str:
    return (
        f'<rect x="{distance}" y="{distance}" width="{_WIDTH - 2 * distance}" '
        f'height="{tall - 2 * distance}" rx="{radius}" stroke="{colour}" stroke-width="{width}"/>'
    )


def _bands(tall: int, weave: _Weave) -> str:
    """The path of a weave on all four sides."""
    wide, high = _WIDTH - 2 * _CORNER, tall - 2 * _CORNER
    sides: tuple[tuple[float, Placed], ...] = (
        (wide, lambda along, over: (_CORNER + along, _MIDDLE - over)),
        (wide, lambda along, over: (_CORNER + along, tall - _MIDDLE + over)),
        (high, lambda along, over: (_MIDDLE - over, _CORNER + along)),
        (high, lambda along, over: (_WIDTH - _MIDDLE + over, _CORNER + along)),
    )
    return "".join(
        _wave(placed, length, weave, strand / weave.strands - 0.5)
        for length, placed in sides
        for strand in range(weave.strands)
    )


def _wave(placed: Placed, length: float, weave: _Weave, phase: float) -> str:
    """The path of one strand along a side, from below one rosette to below the next."""
    swellings = round(length / _SWELLING)
    count = swellings * weave.waves
    wave = length / count
    turn = 2 * math.pi / weave.waves
    # By how much the handles grow from one joint to the next, at most.
    growth = 2 * weave.swelling * _HIGH * math.sin(turn / 2)

    def joints() -> Iterator[tuple[Point, Point]]:
        for number in range(count + 1):
            at = number + phase
            height = weave.mean - weave.swelling * math.cos(turn * at)
            # A wave that grows would lean to the side to which it grows.
            middle = growth * math.sin(turn * at) / 4
            yield (
                placed(at * wave, middle),
                placed((at - _FAR) * wave, middle - _HIGH * height),
            )

    return _smooth(joints())


def _smooth(joints: Iterator[tuple[Point, Point]]) -> str:
    """A path through points, each given with the end of the handle that leads to it."""
    (x, y), (handle_x, handle_y) = _rounded(next(joints))
    # The first curve leaves its beginning as all others leave theirs.
    path = [f"M{x} {y}c{x - handle_x} {y - handle_y} "]
    for joint in joints:
        (to_x, to_y), (handle_x, handle_y) = _rounded(joint)
        path.append(f"{handle_x - x} {handle_y - y} {to_x - x} {to_y - y}s")
        x, y = to_x, to_y
    return "".join(path).removesuffix("s").replace(" -", "-")


def _petals(centre: Point, inner: float, outer: float, count: int, spread: int) -> str:
    """A ring of petals, each of which overlaps `spread` others on either side."""
    step = 2 * math.pi / count
    reach = (outer * 4 - inner * math.cos(step / 2)) / 3 / math.cos(spread * step)

    def place(distance: float, steps: float) -> Point:
        return (
            centre[0] + distance * math.cos(steps * step),
            centre[1] + distance * math.sin(steps * step),
        )

    ((x, y),) = _rounded((place(inner, 0),))
    path = [f"M{x} {y}"]
    for number in range(count):
        middle = number + 0.5
        (ax, ay), (bx, by), (to_x, to_y) = _rounded(
            (
                place(reach, middle + spread),
                place(reach, middle - spread),
                place(inner, number + 1),
            )
        )
        path.append(f"c{ax - x} {ay - y} {bx - x} {by - y} {to_x - x} {to_y - y}")
        x, y = to_x, to_y
    return "".join(path).replace(" -", "-") + "z"


def _rounded(points: tuple[Point, ...]) -> list[tuple[int, int]]:
    return [(round(x), round(y)) for x, y in points]
