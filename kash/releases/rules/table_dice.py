"""Dice thrown on a table by people, with an invented example that changes as they are typed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kash.releases.rules.tables import KNOWN, WHO
from kash.releases.rules.throwing import printed

# What stands on tables: the die that the programme throws, and the one that everybody has.
SIDES = (4, 6)
# Invented counts, line by line of the table of who did it.
EXAMPLE = {"police": 43, "client": 17, "other": 6}
_BETWEEN = frozenset(" ,;.-\n\t")


class NoSuchFace(ValueError):
    """Something was typed that the die does not show."""


@dataclass(frozen=True)
class TableThrow:
    """A line of the example. `added` are the rolls before the first one, `taken` those between it
    and the second, each None until that one was rolled; `printed` is None where it reads "few"."""

    counted: int
    added: int | None = None
    taken: int | None = None

    @property
    def is_whole(self) -> bool:
        """True if both ones were rolled."""
        return self.taken is not None

    @property
    def thrown(self) -> int:
        """The number after the dice."""
        return self.counted + (self.added or 0) - (self.taken or 0)

    @property
    def printed(self) -> int | None:
        """The number as it is printed."""
        return printed(self.thrown, KNOWN[WHO].floor, 1)


def faces_of(typed: str, sides: int) -> list[int]:
    """The faces that were typed, one digit for each roll. Raises NoSuchFace."""
    faces = []
    for letter in typed:
        if letter in _BETWEEN:
            continue
        if not (letter.isascii() and letter.isdecimal() and 1 <= int(letter) <= sides):
            raise NoSuchFace(letter)
        faces.append(int(letter))
    return faces


def thrown_on_table(counted: int, faces: Sequence[int]) -> TableThrow:
    """A line with dice of a table, as the programme throws them: what was rolled after the second
    one counts no more."""
    ones = [place for place, face in enumerate(faces) if face == 1]
    if not ones:
        return TableThrow(counted)
    return TableThrow(counted, ones[0], ones[1] - ones[0] - 1 if len(ones) > 1 else None)
