"""From the paper's plane to the photo's: the projection that a camera makes, by least squares."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]
# a to h of x' = (ax + by + c) / (gx + hy + 1), y' = (dx + ey + f) / (gx + hy + 1)
Projection = tuple[float, float, float, float, float, float, float, float]

_FLAT = 1e-12


class NoProjection(Exception):
    """These points do not fix a projection: too few of them, or all on a line."""


def projected(projection: Projection, point: Point) -> Point:
    """A point's place in the other plane."""
    a, b, c, d, e, f, g, h = projection
    x, y = point
    below = g * x + h * y + 1.0
    return (a * x + b * y + c) / below, (d * x + e * y + f) / below


def projection_of(pairs: Sequence[tuple[Point, Point]]) -> Projection:
    """The projection that takes each first point nearest to its second. Raises NoProjection.

    Four pairs fix it, more are averaged. Both planes are shifted and scaled to about 1 before the
    equations are solved, else their sums of squares would lose what the perspective is told by.
    """
    if len(pairs) < 4:
        raise NoProjection
    (from_x, from_y, from_scale) = _frame([before for before, _ in pairs])
    (to_x, to_y, to_scale) = _frame([after for _, after in pairs])
    equations = [[0.0] * 9 for _ in range(8)]
    for (x, y), (u, v) in pairs:
        x, y = (x - from_x) * from_scale, (y - from_y) * from_scale
        u, v = (u - to_x) * to_scale, (v - to_y) * to_scale
        for row in (
            (x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u),
            (0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v),
        ):
            for at, factor in enumerate(row[:8]):
                if factor:
                    line = equations[at]
                    for index, value in enumerate(row):
                        line[index] += factor * value
    return _unframed(_solved(equations), (from_x, from_y, from_scale), (to_x, to_y, to_scale))


def turned_over(projection: Projection, point: Point) -> bool:
    """True if the projection mirrors the plane at this point."""
    a, b, _, d, e, _, g, h = projection
    x, y = point
    below = g * x + h * y + 1.0
    u, v = projected(projection, point)
    return ((a - g * u) * (e - h * v) - (b - h * u) * (d - g * v)) / below**2 <= 0


def _frame(points: Sequence[Point]) -> tuple[float, float, float]:
    """Middle of these points, and the factor that makes their mean distance from it 1."""
    count = len(points)
    x, y = sum(point[0] for point in points) / count, sum(point[1] for point in points) / count
    spread = sum(abs(point[0] - x) + abs(point[1] - y) for point in points) / count
    if spread < _FLAT:
        raise NoProjection
    return x, y, 1.0 / spread


def _solved(lines: list[list[float]]) -> list[float]:
    """Solution of linear equations, each a line with its right side last. Raises NoProjection."""
    size = len(lines)
    for at in range(size):
        best = max(range(at, size), key=lambda row: abs(lines[row][at]))
        if abs(lines[best][at]) < _FLAT:
            raise NoProjection
        lines[at], lines[best] = lines[best], lines[at]
        pivot = lines[at]
        for row in range(at + 1, size):
            factor = lines[row][at] / pivot[at]
            if factor:
                for index in range(at, size + 1):
                    lines[row][index] -= factor * pivot[index]
    found = [0.0] * size
    for at in range(size - 1, -1, -1):
        known = sum(lines[at][index] * found[index] for index in range(at + 1, size))
        found[at] = (lines[at][size] - known) / lines[at][at]
    return found


def _unframed(
    found: Sequence[float], before: tuple[float, float, float], after: tuple[float, float, float]
) -> Projection:
    """The projection between the planes as they were before they were shifted and scaled."""
    a, b, c, d, e, f, g, h = found
    from_x, from_y, from_scale = before
    to_x, to_y, to_scale = after

    def shifted(x: float, y: float, constant: float) -> tuple[float, float, float]:
        x, y = x * from_scale, y * from_scale
        return x, y, constant - x * from_x - y * from_y

    g, h, last = shifted(g, h, 1.0)
    a, b, c = shifted(a, b, c)
    d, e, f = shifted(d, e, f)
    if abs(last) < _FLAT:
        raise NoProjection
    return (
        (a / to_scale + to_x * g) / last,
        (b / to_scale + to_x * h) / last,
        (c / to_scale + to_x * last) / last,
        (d / to_scale + to_y * g) / last,
        (e / to_scale + to_y * h) / last,
        (f / to_scale + to_y * last) / last,
        g / last,
        h / last,
    )
