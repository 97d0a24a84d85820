"""A story beside what was printed.

Where a printed line says "few", a story of just that may be the only case behind it: whoever reads
both would learn of the line what the dice keep back. The simplest rule that is safe: a story is
told only while the newest printed line of who did it, and of each thing that was done, shows a
number; and it never says when it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StoryLine:
    """A line of a table in which the case of a story may stand: keys of the table and the line."""

    key: str
    code: str


def thin_lines(
    told: Iterable[StoryLine], newest: Mapping[StoryLine, int | None]
) -> list[StoryLine]:
    """The lines of a story that say "few". `newest` are the newest printed values; a line that was
    never printed keeps nothing back."""
    return [line for line in told if line in newest and newest[line] is None]
