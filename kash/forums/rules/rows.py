"""Minutes as they are written: paragraphs, and rows of decisions and actions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

MINUTE_LENGTH = 20_000

DECISION_LENGTH = 2_000

ACTION_LENGTH = 1_000

ROWS_OF_AN_ITEM = 40


def paragraphs(text: str) -> list[str]:
    """A minute's text as the paragraphs of paper: an empty line begins a new one."""
    parts: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.strip():
            parts[-1].append(line.strip())
        elif parts[-1]:
            parts.append([])
    return ["\n".join(lines) for lines in parts if lines]


@dataclass(frozen=True)
class TypedMinutesRow:
    """A decision or an action as somebody typed it. `key` is empty for a new one.

    `owner` is a member's key and `due_on` a day; decisions have neither.
    """

    key: str
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class MinutesChanges:
    """Changes that saving rows makes to the ones that are there."""

    added: tuple[TypedMinutesRow, ...]
    changed: tuple[TypedMinutesRow, ...]
    removed: tuple[str, ...]


def row_changes(present: Collection[str], written: Iterable[TypedMinutesRow]) -> MinutesChanges:
    """Changes by which what was written meets what is there.

    A row that is there and not written stays: somebody else added it meanwhile. Only a row that
    was emptied is removed. A written row that somebody removed meanwhile comes back as a new one.
    """
    added: list[TypedMinutesRow] = []
    changed: dict[str, TypedMinutesRow] = {}
    removed: dict[str, None] = {}
    for row in written:
        if row.key in present:
            if row.text.strip():
                changed[row.key] = row
                removed.pop(row.key, None)
            elif row.key not in changed:
                removed[row.key] = None
        elif row.text.strip():
            added.append(row)
    return MinutesChanges(tuple(added), tuple(changed.values()), tuple(removed))
