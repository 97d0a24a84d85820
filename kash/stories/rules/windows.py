"""A story beside what was printed.

Where a printed line says "few", a story of just that may be the only case behind it: whoever reads
both would learn of the line what the dice keep back. So a story is told, and shown, only while no
line in which its case may stand says "few": neither the newest of its kind, nor one printed since
the quarter in which it was filed, nor one on the same paper; and it never says when it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, Field


@dataclass(frozen=True)
class StoryLine:
    """A line of a table in which the case of a story may stand: keys of the table and the line."""

    key: str
    code: str


@dataclass(frozen=True)
class PrintedBeside:
    """A line as it was printed, by its freeze day; None reads "few"."""

    line: StoryLine
    on: date
    value: int | None


class CaseLines(BaseModel):
    """Lines in which the case of a told story stands, sealed, and the first day of the quarter in
    which it was filed (none: it was not known)."""

    lines: list[StoryLine] = Field(default_factory=list)
    since: date | None = None


def quarter_of(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def thin_lines(
    beside: CaseLines, printed: Iterable[PrintedBeside], same_paper: Collection[PrintedBeside] = ()
) -> list[StoryLine]:
    """The lines of a story that say "few"; a line that was never printed keeps nothing back."""
    values = sorted(printed, key=lambda one: one.on)
    newest = {one.line: one for one in values}
    since = beside.since or date.min
    counting = {*(one for one in values if one.on >= since), *newest.values(), *same_paper}
    few = {one.line for one in counting if one.value is None}
    return [line for line in beside.lines if line in few]
