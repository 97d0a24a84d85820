"""Dice of a release. What they add to a line is the number of rolls of a die before it shows a one,
less the same again: a whole number that is as often above zero as below.

`die` gives a whole number from 0 to below its sides, each as likely (`secrets.randbelow`); a 0 is
the face one. Each line is thrown for with faces of its own, drawn in one block of the same length
whatever they show, so that the time which it takes tells nothing about them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kash.releases.rules.tables import ROUNDED_TO, SIXTHS, TablePlan

Die = Callable[[int], int]
# So many faces a side: a block without two ones comes once in more than 10^30 lines.
_FACES_A_SIDE = 64


def block_length(sides: int) -> int:
    """Number of faces drawn for a line: 256 of a die of four sides, 1024 of one of sixteen."""
    return _FACES_A_SIDE * sides


def noise_of(faces: Sequence[int]) -> int | None:
    """Number that these faces (0 is a one) add to a line; None if there are not two ones."""
    ones = [place for place, face in enumerate(faces) if face == 0]
    if len(ones) < 2:
        return None
    return ones[0] - (ones[1] - ones[0] - 1)


def throw(table: TablePlan, die: Die) -> dict[str, int]:
    """Numbers added to each line of a table, in its units. Each line is thrown for, whatever will
    be counted in it."""
    return {code: _noise(table.die, die) for code in table.codes}


def _noise(sides: int, die: Die) -> int:
    faces: list[int] = []
    while True:
        faces += [die(sides) for _ in range(block_length(sides))]
        noise = noise_of(faces)
        if noise is not None:
            return noise


def printed(y: int, floor: int, unit: int) -> int | None:
    """A line as it is printed: to the nearest five cases, or None, which reads "few", below the
    floor. `y` is what was counted and thrown, in units."""
    if y < floor * unit:
        return None
    if unit == SIXTHS:
        return ROUNDED_TO * ((y + 15) // 30)
    return ROUNDED_TO * ((y + 2) // 5)
