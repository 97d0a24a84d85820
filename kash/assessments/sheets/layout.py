"""Places of everything on an answer sheet, in millimetres from an A4 page's upper left corner.
Drawing and reading both ask here, so neither can move without the other. A sheet has a code in
each corner, up to two columns of rows, and in each row a question's number and its bubbles between
two *pegs*: black squares by which a row is found again on paper that is bent. From the paper's
plane to the photo's: the projection that a camera makes, by least squares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0

ROWS_A_COLUMN = 20
MOST_ROWS = 2 * ROWS_A_COLUMN
MOST_BUBBLES = 5
# So few rows stand in one column, in the middle of the page.
_ROWS_OF_ONE_COLUMN = 10
_MOST_PAGES = 9

BUBBLE_RADIUS = 2.8
PEG = 2.6
COLUMN_WIDTH = 88.0
_ONE_COLUMN = (61.0,)
_TWO_COLUMNS = (12.0, 110.0)
_FIRST_BUBBLE, _BUBBLE_STEP = 20.0, 14.5
_FIRST_ROW, _LAST_ROW = 74.0, 259.0
_LARGEST_PITCH = 12.0

# Where a name is printed or written: left, top, right and bottom.
NAME_LINE = (10.0, 33.0, 200.0, 46.0)

# A code holds 20 characters, which is the most that its smallest symbol takes.
CODE_BOX = 26.0
_CODE_EDGE = 5.0
_CODE_MODULES, _QUIET_MODULES = 21, 4
_MARK = "KS"
_PAYLOAD = re.compile(r"KS([0-9A-HJKMNP-TV-Z]{16})([1-9])([0-3])")

Point = tuple[float, float]


class Corner(IntEnum):
    """A corner of the page, clockwise from the upper left."""

    TOP_LEFT = 0
    TOP_RIGHT = 1
    BOTTOM_RIGHT = 2
    BOTTOM_LEFT = 3


@dataclass(frozen=True, slots=True)
class CornerCode:
    """Content of one of the four codes: the sheet's public id, its page from 1, the corner."""

    sheet: str
    page: int
    corner: Corner


def code_text(code: CornerCode) -> str:
    """Text of a corner's code."""
    if not 1 <= code.page <= _MOST_PAGES:
        raise ValueError("a sheet has at most nine pages")
    return f"{_MARK}{code.sheet.upper()}{code.page}{int(code.corner)}"


def code_of(text: str) -> CornerCode | None:
    """The corner's code that a text is; None if it is another."""
    read = _PAYLOAD.fullmatch(text)
    if read is None:
        return None
    return CornerCode(read[1].lower(), int(read[2]), Corner(int(read[3])))


def code_box(corner: Corner) -> Point:
    """Upper left corner of a code's box, its quiet zone included."""
    right = corner in (Corner.TOP_RIGHT, Corner.BOTTOM_RIGHT)
    low = corner in (Corner.BOTTOM_RIGHT, Corner.BOTTOM_LEFT)
    return (
        PAGE_WIDTH - _CODE_EDGE - CODE_BOX if right else _CODE_EDGE,
        PAGE_HEIGHT - _CODE_EDGE - CODE_BOX if low else _CODE_EDGE,
    )


def symbol_corners(corner: Corner) -> tuple[Point, Point, Point, Point]:
    """Corners of a code without its quiet zone, clockwise from the upper left."""
    left, top = code_box(corner)
    module = CODE_BOX / (_CODE_MODULES + 2 * _QUIET_MODULES)
    near, far = module * _QUIET_MODULES, module * (_QUIET_MODULES + _CODE_MODULES)
    return (
        (left + near, top + near),
        (left + far, top + near),
        (left + far, top + far),
        (left + near, top + far),
    )


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row: its place in the column from 0, the height of its middle, and its bubbles' middles."""

    index: int
    y: float
    bubbles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ColumnPlace:
    """A column of rows between two tracks of pegs, `left` and `right` from the page's edge."""

    left: float
    right: float
    pitch: float
    rows: tuple[RowPlace, ...]


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A page of a sheet: how many bubbles each of its rows has, in order."""

    bubbles: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.bubbles) <= MOST_ROWS:
            raise ValueError("a page has 1 to 40 rows")
        if not all(2 <= count <= MOST_BUBBLES for count in self.bubbles):
            raise ValueError("a row has 2 to 5 bubbles")

    @property
    def columns(self) -> tuple[ColumnPlace, ...]:
        """The columns; rows run down the first one, then down the second."""
        count = len(self.bubbles)
        lefts = _ONE_COLUMN if count <= _ROWS_OF_ONE_COLUMN else _TWO_COLUMNS
        rows_a_column = -(-count // len(lefts))
        pitch = min(_LARGEST_PITCH, (_LAST_ROW - _FIRST_ROW) / max(rows_a_column - 1, 1))
        return tuple(
            ColumnPlace(
                left,
                left + COLUMN_WIDTH,
                pitch,
                tuple(
                    RowPlace(
                        index,
                        _FIRST_ROW + pitch * index,
                        tuple(
                            left + _FIRST_BUBBLE + _BUBBLE_STEP * number
                            for number in range(self.bubbles[first + index])
                        ),
                    )
                    for index in range(min(rows_a_column, count - first))
                ),
            )
            for left, first in zip(lefts, range(0, count, rows_a_column), strict=False)
        )


def pages_of(bubbles: Sequence[int]) -> list[SheetLayout]:
    """The pages of a sheet with so many bubbles in each row, as even as they can be."""
    pages = -(-len(bubbles) // MOST_ROWS)
    if not 1 <= pages <= _MOST_PAGES:
        raise ValueError("a sheet has 1 to 360 rows")
    rows_a_page = -(-len(bubbles) // pages)
    return [
        SheetLayout(tuple(bubbles[start : start + rows_a_page]))
        for start in range(0, len(bubbles), rows_a_page)
    ]


def layouts_text(pages: Iterable[SheetLayout]) -> str:
    """The pages of a sheet as short text: a digit for each row, a comma between pages."""
    return ",".join("".join(map(str, page.bubbles)) for page in pages)


def layouts_of(text: str) -> list[SheetLayout]:
    """The pages that `layouts_text` wrote. Raises ValueError."""
    return [SheetLayout(tuple(map(int, digits))) for digits in text.split(",")]


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
    return (a * ratio, b * ratio, c * other, d * ratio, e * ratio, f * other, g / scale, h / scale)


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
