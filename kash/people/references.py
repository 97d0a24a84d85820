"""References to a person, and what becomes of each when two people turn out to be one, and when a
person is erased.

Each room declares every foreign key of its tables that leads to a person: whether its rows simply
move to the person who is kept, or how two rows become one where a person may have only one
(`joined`); and what becomes of them when she is erased. A test reads the schema and fails on one
that nobody declared.

Tables and columns are named as `"mark.person_id"`, so that this room knows no higher one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table, func, select
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.people.erasure import AfterErasure
from kash.people.undo_log import RowChanges
from kash.platform.database import Base

_MOST_IDS = 500

Row = Mapping[str, Any]
# Told the row of the person who is kept and that of the other; says what changes in the first.
Join = Callable[[Row, Row], dict[str, Any]]
# Does all that is to be done; told the row_changes, the id that is kept and the id that goes.
Move = Callable[[RowChanges, int, int], None]
# Raises the Problem that forbids merging the person who is kept with the one that goes.
Forbid = Callable[[Session, int, int], None]


@dataclass(frozen=True)
class Reference(Part):
    """A foreign key to a person. `label` names its rows, as "Marks"; without one they are not told
    of, and nothing is lost with them. Without `move` its rows simply move. `erased` says what
    becomes of them when she is erased."""

    name: str
    label: Any = ""
    move: Move | None = None
    forbid: Forbid | None = None
    erased: AfterErasure = field(kw_only=True)

    @property
    def column(self) -> Column[Any]:
        """The column that refers to `person.id`."""
        return column_of(self.name)

    def carry_over(self, row_changes: RowChanges, kept: int, gone: int) -> None:
        """Do with its rows what is to be done when `gone` turns out to be `kept`."""
        if self.move is not None:
            self.move(row_changes, kept, gone)
            return
        column = self.column
        row_changes.update(column.table, column == gone, {column.name: kept})


def column_of(name: str) -> Column[Any]:
    """The column of a name such as "mark.person_id"."""
    table, column = name.split(".")
    return Base.metadata.tables[table].columns[column]


def references() -> Sequence[Reference]:
    """All that is declared, in the order of the features."""
    return declared(Reference)


def joined(name: str, within: Collection[str], join: Join) -> Move:
    """A move for a table in which a person may have one row for each value of `within`.

    Where both have one, that of the person who is kept stays, changed by what `join` says; whatever
    refers to the other row refers to it from then on.
    """

    def move(row_changes: RowChanges, kept: int, gone: int) -> None:
        column = column_of(name)
        table = column.table
        mine = {
            tuple(row[each] for each in within): row
            for row in row_changes.rows(table, column == kept)
        }
        for row in row_changes.rows(table, column == gone):
            other = mine.get(tuple(row[each] for each in within))
            if other is not None:
                changes = join(other, row)
                row_changes.replace(table, row["id"], other["id"])
                if changes:
                    row_changes.update(table, table.c.id == other["id"], changes)
        row_changes.update(table, column == gone, {column.name: kept})

    return move


def dependents(
    session: Session, person_ids: Collection[int], excluding: Collection[str] = ()
) -> dict[str, int]:
    """Counts of what refers to these persons, as {label in the reader's language: number of rows}.

    Only what there is at all; `excluding` names columns that do not count, as "posting.person_id".
    """
    ids = sorted(person_ids)
    found: dict[str, int] = {}
    for reference in references():
        if reference.name in excluding or not reference.label:
            continue
        column = reference.column
        for some in _in_parts(ids):
            number = session.scalar(
                select(func.count()).select_from(_table(column)).where(column.in_(some))
            )
            if number:
                label = str(reference.label)
                found[label] = found.get(label, 0) + number
    return found


def _table(column: Column[Any]) -> Table:
    return column.table


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _MOST_IDS):
        yield ids[start : start + _MOST_IDS]
