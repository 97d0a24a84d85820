"""Indicators as they may leave: officers exactly, and of the community what was told to a funder
already. Two live counts a day apart would else tell who came on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.indicators.queries.figures import table_of
from kash.indicators.rules.figures import FigureCell, FigureTable
from kash.indicators.rules.keys import IndicatorKey
from kash.indicators.rules.periods import Period
from kash.people.models import Group
from kash.statements.queries.ledger import told_by_period
from kash.statements.rules.names import COMPLETED, Name


@dataclass(frozen=True)
class LeavingFigure:
    """An indicator of a period: the count of officers, or of workshops; that of the community as it
    was told, None where it was not told or is left out (`starred`); and cells of officers."""

    count: int | None
    community: int | None
    starred: bool
    adds_up: bool
    cells: tuple[FigureCell, ...]


class LeavingFigures:
    """Figures of a period and a funder (public id), None for the whole programme."""

    def __init__(self, period: Period, funder: str | None, session: Session) -> None:
        self.period, self.funder, self.session = period, funder, session
        self._police = set(session.scalars(select(Group.letter).where(Group.is_police.is_(True))))
        self._told = told_by_period(session).get(period.text, {})

    def of(self, key: str, by: str = "") -> LeavingFigure:
        """An indicator, its officers told apart by one thing. Raises DimensionProblem."""
        name = Name(key, self.funder or "")
        community, starred = self._told.get(name), name in self._told and self._told[name] is None
        if key == IndicatorKey.WORKSHOPS:
            table = self._table(key, (by,) if by else ())
            cells = table.cells if by else ()
            return LeavingFigure(table.total.count, None, False, table.adds_up, cells)
        total = self._officers(self._table(key, ("group",)))
        found = self._table(key, ("group", by)) if by else None
        return LeavingFigure(
            total,
            community,
            starred,
            found.adds_up if found is not None else True,
            self._cells(found) if found is not None else (),
        )

    def _table(self, key: str, by: tuple[str, ...]) -> FigureTable:
        return table_of(key, self.period, by, funder=self.funder, actor=None, session=self.session)

    def _officers(self, table: FigureTable) -> int | None:
        if table.total.count is None:
            return None
        return sum(cell.count or 0 for cell in table.cells if cell.values[0] in self._police)

    def _cells(self, table: FigureTable) -> tuple[FigureCell, ...]:
        return tuple(
            FigureCell((cell.values[1],), cell.count)
            for cell in table.cells
            if cell.values[0] in self._police
        )


def counts_told(letter: str, session: Session) -> list[dict[str, Any]]:
    """Counts of community members by period, sex and age, exactly as statements told them; none for
    a group (by letter) of officers, or one that is not there."""
    group = session.scalar(select(Group).where(Group.letter == letter))
    if group is None or group.is_police:
        return []
    told = sorted(told_by_period(session).items())
    return [
        {"period": period, "sex": "", "age_band": "", **dict(name.place), "count": count}
        for period, figures in told
        for name, count in sorted(figures.items())
        if name.indicator == COMPLETED and not name.funder
    ]
