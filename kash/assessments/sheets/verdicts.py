"""Rows as they are taken: which bubble is marked, or that a person is to say so. Darkness is a
share: 0 is the paper beside a bubble, 1 the black of the pegs beside its row. Between plainly
empty and plainly marked lies a wide band in which nothing is decided. Reasons for which a photo is
not read as a sheet."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

EMPTY_AT_MOST = 0.07
MARKED_AT_LEAST = 0.13
# Strokes round an empty bubble: it was ringed in place of filled.
AROUND_AT_MOST = 0.16
_NEAR, _MOST_SPILL = 4, 0.08


class RowVerdict(StrEnum):
    """A row as it is taken. All but the first are for a person to decide."""

    MARKED = "marked"
    BLANK = "blank"
    DOUBLE = "double"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Bubble:
    """Darkness of a bubble, and of the ring of paper around it."""

    inside: float
    around: float


@dataclass(frozen=True, slots=True)
class RowReading:
    """A row: what it is, which bubbles are marked (from 0), and how dark each one is.

    A row that was not found on the photo is in doubt, and has no darkness.
    """

    verdict: RowVerdict
    marks: tuple[int, ...] = ()
    darkness: tuple[float, ...] = ()

    @property
    def is_asked(self) -> bool:
        """True if a person is to say what stands there."""
        return self.verdict is not RowVerdict.MARKED


def between(row: Sequence[Bubble]) -> bool:
    """True if a bubble of this row is neither plainly empty nor plainly marked."""
    return any(EMPTY_AT_MOST < bubble.inside < MARKED_AT_LEAST for bubble in row)


def without_spill(rows: Sequence[Sequence[Bubble] | None]) -> list[list[Bubble] | None]:
    """The rows without what a blurred photo lets spill from the printed circles into every bubble.

    So much is as dark in the lightest bubble of nearly every row: its middle value over the rows
    near by, and no more of it than blur can be.
    """
    lightest = [
        None if bubbles is None else min(bubble.inside for bubble in bubbles) for bubbles in rows
    ]
    cleared: list[list[Bubble] | None] = []
    for at, bubbles in enumerate(rows):
        if bubbles is None:
            cleared.append(None)
            continue
        near = lightest[max(0, at - _NEAR) : at + _NEAR + 1]
        spill = statistics.median(level for level in near if level is not None)
        spill = min(max(spill, 0.0), _MOST_SPILL)
        cleared.append([replace(bubble, inside=bubble.inside - spill) for bubble in bubbles])
    return cleared


def row_reading(bubbles: Sequence[Bubble] | None) -> RowReading:
    """The reading of a row's bubbles; None for a row that was not found.

    Two marks are for a person to decide even where several are allowed: whether one of them was
    crossed out, darkness does not tell.
    """
    if bubbles is None:
        return RowReading(RowVerdict.DOUBT)
    darkness = tuple(round(bubble.inside, 3) for bubble in bubbles)
    marks = tuple(at for at, bubble in enumerate(bubbles) if bubble.inside >= MARKED_AT_LEAST)
    return RowReading(_verdict(bubbles, marks), marks, darkness)


def _verdict(bubbles: Sequence[Bubble], marks: Sequence[int]) -> RowVerdict:
    for at, bubble in enumerate(bubbles):
        if at not in marks and (bubble.inside > EMPTY_AT_MOST or bubble.around > AROUND_AT_MOST):
            return RowVerdict.DOUBT
    if not marks:
        return RowVerdict.BLANK
    return RowVerdict.MARKED if len(marks) == 1 else RowVerdict.DOUBLE


class UnreadReason(StrEnum):
    """The reason that nothing of a photo was taken."""

    TOO_DARK = "too dark"
    NO_CODE = "no code"
    OTHER_PAPER = "other paper"
    TWO_SHEETS = "two sheets"
    CORNERS_MISSING = "corners missing"
    MIRRORED = "mirrored"
    NO_SUCH_PAGE = "no such page"
    UNCLEAR = "unclear"
