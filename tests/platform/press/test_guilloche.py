"""The ornate border: woven within its lines, ended below its rosettes, of few curves."""

import math
import re

import pytest

from kash.platform.press.designs import guilloche

Point = tuple[float, float]
WIDTH, CORNER, RADIUS = 14850, 885, 410
# The middles of the two lines between which the bands run, as distances from the edge.
OUTER, INNER = 465, 990


def strands(path: str) -> list[list[tuple[Point, Point, Point, Point]]]:
    """The curves of each strand of a path, of which the first is a whole one."""
    found = []
    for strand in path.split("M")[1:]:
        begin, first, *others = re.split("[cs]", strand.rstrip("z"))
        x, y = map(int, re.findall(r"-?\d+", begin))
        curves = []
        handle = None
        for curve in (first, *others):
            numbers = [int(number) for number in re.findall(r"-?\d+", curve)]
            points = [(x + a, y + b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
            if handle is not None:
                points.insert(0, (2 * x - handle[0], 2 * y - handle[1]))
            one, two, end = points
            curves.append(((x, y), one, two, end))
            (x, y), handle = end, two
        found.append(curves)
    return found


def along(curve: tuple[Point, Point, Point, Point], share: float) -> Point:
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, curve, strict=True)) for axis in (0, 1))
    return x, y


@pytest.mark.parametrize("height", [210, 229.5])
def test_strands_stay_between_their_lines_and_end_below_the_rosettes(height):
    picture = guilloche(height)
    tall = round(height * 50)
    paths = re.findall('<path d="([^"]+)"', picture)
    _rosette, _medallion, gold, ink = paths
    corners = [(x, y) for x in (CORNER, WIDTH - CORNER) for y in (CORNER, tall - CORNER)]

    def is_covered(point: Point) -> bool:
        return min(math.dist(point, corner) for corner in corners) < RADIUS

    for path in (gold, ink):
        for curves in strands(path):
            assert is_covered(curves[0][0])
            assert is_covered(curves[-1][3])
            for curve in curves:
                for step in range(9):
                    x, y = along(curve, step / 8)
                    edge = min(x, WIDTH - x, y, tall - y)
                    assert OUTER + 20 < edge < INNER - 20 or is_covered((x, y))


def test_it_is_drawn_of_few_curves():
    picture = guilloche(210)
    paths = re.findall('<path d="([^"]+)"', picture)
    drawn = [len(re.findall(r"-?\d+", path)) for path in paths]
    # The rosette is drawn at each corner.
    assert sum(drawn) + 3 * drawn[0] < 9_000
    assert len(picture) < 25_000
