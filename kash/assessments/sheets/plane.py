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

    Four pairs fix it, more are averaged. Both planes are scaled to about 1 before the equations are
    solved, else their sums of squares would lose what the perspective is told by.
    """
    if len(pairs) < 4:
        raise NoProjection
    scale, other = (
        max(max(map(abs, point)) for point in plane) for plane in zip(*pairs, strict=True)
    )
    if min(scale, other) < _FLAT:
        raise NoProjection
    equations = [[0.0] * 9 for _ in range(8)]
    for (x, y), (u, v) in pairs:
        x, y, u, v = x / scale, y / scale, u / other, v / other
        for line in (
            (x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u),
            (0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v),
        ):
            for sums, factor in zip(equations, line, strict=False):
                for index, value in enumerate(line):
                    sums[index] += factor * value
    a, b, c, d, e, f, g, h = _solved(equations)
    ratio = other / scale
    return (
        a * ratio,
        b * ratio,
        c * other,
        d * ratio,
        e * ratio,
        f * other,
        g / scale,
        h / scale,
    )


def turned_over(projection: Projection, point: Point) -> bool:
    """True if the projection mirrors the plane at this point."""
    a, b, _, d, e, _, g, h = projection
    u, v = projected(projection, point)
    return (a - g * u) * (e - h * v) - (b - h * u) * (d - g * v) <= 0


def _solved(lines: list[list[float]]) -> list[float]:
    """Solution of linear equations, each a line with its right side last. Raises NoProjection."""
    for at in range(len(lines)):
        best = max(range(at, len(lines)), key=lambda row: abs(lines[row][at]))
        lines[at], lines[best] = lines[best], lines[at]
        pivot = lines[at][at]
        if abs(pivot) < _FLAT:
            raise NoProjection
        lines[at] = [value / pivot for value in lines[at]]
        for index, line in enumerate(lines):
            if index != at:
                lines[index] = [
                    value - line[at] * above for value, above in zip(line, lines[at], strict=True)
                ]
    return [line[-1] for line in lines]
