"""Frozen figures as they are read: by line, each with its definition, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kash.platform.database import db
from kash.statements.models import FrozenFigure, Statement
from kash.statements.queries.counting import counted
from kash.statements.queries.sealed import sealed_people
from kash.statements.rules.lines import LINES, StatementLine
from kash.statements.rules.names import Place

Now = Mapping[tuple[str, Place], int | None]


@dataclass(frozen=True)
class FrozenCell:
    """A figure of a line in a place. `value` is None where it is starred, and where there is no
    data. `since_then` is how many more there are now; None where that is not asked for, or not
    known."""

    place: Place
    label: str
    value: int | None
    starred: bool
    since_then: int | None = None


@dataclass(frozen=True)
class FrozenRow:
    """A line with the words that held when it was frozen; its total is the first of its cells."""

    line: StatementLine
    title: str
    definition: str
    version: int
    cells: tuple[FrozenCell, ...]

    @property
    def total(self) -> FrozenCell:
        """The figure of all."""
        return self.cells[0]

    @property
    def since_then(self) -> int | None:
        """Change of the total."""
        return self.total.since_then

    def by(self, *dimensions: str) -> list[FrozenCell]:
        """The cells that tell people apart in just this way."""
        return [cell for cell in self.cells if tuple(name for name, _ in cell.place) == dimensions]


def figures_of(statement: Statement, *, changes: bool = False) -> list[FrozenRow]:
    """The figures of a statement, in the order of the lines.

    `changes` counts again and says what changed since, also where a figure is starred: only for
    whoever may see the people themselves.
    """
    now = _now(statement) if changes else {}
    rows = []
    for line in LINES:
        figures = [one for one in statement.figures if one.line == line.code]
        if figures:
            first = figures[0]
            cells = tuple(_cell(one, now) for one in figures)
            rows.append(FrozenRow(line, first.title, first.definition, first.version, cells))
    return rows


def _cell(figure: FrozenFigure, now: Now) -> FrozenCell:
    since = None
    present = now.get((figure.line, figure.in_place), 0) if now else None
    if present is not None:
        before = sealed_people(figure).count
        since = None if before is None else present - before
    return FrozenCell(figure.in_place, figure.label, figure.value, figure.starred, since)


def _now(statement: Statement) -> Now:
    figures = counted(
        statement.funder.public_id,
        statement.of_days,
        db.session(),
        police_only=statement.police_only,
    )
    return {(one.line.code, one.place): one.count for one in figures}
