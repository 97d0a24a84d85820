"""Entering many people on a track at once: who can be, and who can't and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

MOST_AT_ONCE = 1_000
LONGEST_TERM = 200

Person = TypeVar("Person")


class EntryOutcome(StrEnum):
    """Outcome for somebody who is to be put on a track."""

    NEW = "new"
    ON_IT = "on_it"
    MINOR = "minor"
    ONESELF = "oneself"


class LineFault(StrEnum):
    """Reason for which a pasted line leads to nobody: none of one's own people is found by it, or
    several are."""

    NOBODY = "nobody"
    SEVERAL = "several"


def outcome_of(*, on_it: bool, minor: bool, oneself: bool) -> EntryOutcome:
    """Outcome for one's own people. Whoever is on the track already stays as she is."""
    if on_it:
        return EntryOutcome.ON_IT
    if oneself:
        return EntryOutcome.ONESELF
    return EntryOutcome.MINOR if minor else EntryOutcome.NEW


@dataclass(frozen=True)
class PastedLine:
    """A line that was pasted, with its number from 1 and its cells: any of them may say who it
    is about."""

    number: int
    text: str
    cells: tuple[str, ...]


def pasted_lines(text: str) -> list[PastedLine]:
    """The lines of what was pasted, out of a sheet or typed; empty ones are none."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = (" ".join(cell.split())[:LONGEST_TERM] for cell in line.split("\t"))
        kept = tuple(cell for cell in cells if cell)
        if kept:
            found.append(PastedLine(number, " · ".join(kept), kept))
    return found


@dataclass(frozen=True)
class ReadLine(Generic[Person]):
    """A pasted line with whom it leads to, or why to nobody."""

    line: PastedLine
    person: Person | None
    fault: LineFault | None = None


def read_lines(
    lines: Sequence[PastedLine], found: Callable[[str], frozenset[Person]]
) -> list[ReadLine[Person]]:
    """Lines with the person whom each leads to: by its first cell that leads to one alone."""
    read: list[ReadLine[Person]] = []
    for line in lines:
        each = [found(cell) for cell in line.cells]
        alone = next((people for people in each if len(people) == 1), None)
        if alone is not None:
            (person,) = alone
            read.append(ReadLine(line, person))
        else:
            read.append(ReadLine(line, None, LineFault.SEVERAL if any(each) else LineFault.NOBODY))
    return read
