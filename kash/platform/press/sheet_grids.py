"""Sheets of badges and cards: where each piece lies, the marks to cut along, the strips."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

SheetFormat = Literal["A4", "A5", "letter"]

# Width and height in mm. A5 lies on its long side, so that two pieces stand beside each other.
SHEETS: dict[SheetFormat, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "A5": (210.0, 148.0),
    "letter": (215.9, 279.4),
}
POINTS_A_MILLIMETRE = 72 / 25.4
_COLUMNS = 2
_MARK = 6.0
# A printer leaves so much of the paper's edge white.
_EDGE = 8.0
_STRIP_WIDTH = 90.0


def sheet_format(given: str) -> SheetFormat:
    """The paper that was asked for; A4 for whatever is none of them."""
    return next((known for known in SHEETS if known == given), "A4")


@dataclass(frozen=True)
class Grid:
    """Pieces of `width` by `height` mm in two columns, in the middle of a sheet."""

    sheet: SheetFormat
    width: float
    height: float

    @property
    def rows(self) -> int:
        return int((SHEETS[self.sheet][1] - 2 * _EDGE) // self.height)

    @property
    def places(self) -> int:
        """How many pieces lie on a sheet."""
        return _COLUMNS * self.rows

    @property
    def corner(self) -> tuple[float, float]:
        """Where the first piece begins, in mm from the left and from the top."""
        width, height = SHEETS[self.sheet]
        return (width - _COLUMNS * self.width) / 2, (height - self.rows * self.height) / 2

    @cached_property
    def lower_corners(self) -> list[tuple[float, float]]:
        """The lower left corner of each place in order, in points from that of the sheet."""
        left, top = self.corner
        found = []
        for number in range(self.places):
            row, column = divmod(number, _COLUMNS)
            x, y = left + column * self.width, top + (row + 1) * self.height
            below = SHEETS[self.sheet][1] - y
            found.append((x * POINTS_A_MILLIMETRE, below * POINTS_A_MILLIMETRE))
        return found

    def style(self, pieces: int) -> str:
        """The rules of a sheet that so many pieces lie on."""
        width, height = SHEETS[self.sheet]
        drawn = base64.b64encode(self._picture(pieces).encode("ascii")).decode("ascii")
        return (
            f"@page {{ size: {width}mm {height}mm; margin: 0 }}"
            f".grid {{ width: {width}mm; height: {height}mm;"
            f" background: url(data:image/svg+xml;base64,{drawn}) no-repeat 0 0;"
            f" background-size: {width}mm {height}mm }}"
        )

    def _picture(self, pieces: int) -> str:
        width, height = SHEETS[self.sheet]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}">{self._strips(pieces)}<path d="{self._cut_marks()}" '
            'stroke="#777" stroke-width=".2" fill="none"/></svg>'
        )

    def _strips(self, pieces: int) -> str:
        """The coloured strip at the upper edge of each piece."""
        left, top = self.corner
        scale = self.width / _STRIP_WIDTH
        places = (divmod(number, _COLUMNS) for number in range(pieces))
        return "".join(
            f'<g transform="translate({left + column * self.width:.2f} '
            f'{top + row * self.height:.2f}) scale({scale:.5f})">{_strip()}</g>'
            for row, column in places
        )

    def _cut_marks(self) -> str:
        """Short lines outside the pieces, where they are cut apart."""
        width, height = SHEETS[self.sheet]
        left, top = self.corner
        right, bottom = width - left, height - top
        drawn = []
        for column in range(_COLUMNS + 1):
            x = left + column * self.width
            drawn.append(f"M{x:.2f} {top - 1 - _MARK:.2f}v{_MARK}M{x:.2f} {bottom + 1:.2f}v{_MARK}")
        for row in range(self.rows + 1):
            y = top + row * self.height
            drawn.append(f"M{left - 1 - _MARK:.2f} {y:.2f}h{_MARK}M{right + 1:.2f} {y:.2f}h{_MARK}")
        return "".join(drawn)


def _strip() -> str:
    """Drawing of the strip, without the picture's own frame."""
    picture = Path(__file__).with_name("assets").joinpath("strip.svg").read_text("ascii")
    return re.sub(r"</?svg\b[^>]*>", "", picture).strip()
