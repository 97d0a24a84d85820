"""Days on which tables are printed: those that are due, and the one that comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.queries.totals import countable_from
from kash.platform.database import db
from kash.releases.models import Release, ReleasePlan, ReleaseRecovery
from kash.releases.rules.tables import ReleaseWindow, TablePlan


@dataclass(frozen=True)
class PlannedTable:
    """A table that is printed on a day, by the plan of its year. `printed` is the release's public
    id, empty before; `lost`: two people said that it was printed, and it is not here any more."""

    plan: ReleasePlan
    table: TablePlan
    window: ReleaseWindow
    printed: str = ""
    lost: bool = False

    @property
    def witness(self) -> str:
        """Its name in the audit's mirror: the year, the table, the window."""
        return f"{self.plan.year}/{self.window.key}/{self.window.number}"


@dataclass(frozen=True)
class PrintingDay:
    """A freeze day with its tables, in the order in which they are printed. They are printed from
    `due_at` on."""

    day: date
    due_at: datetime
    tables: Sequence[PlannedTable]

    @property
    def is_printed(self) -> bool:
        """True if nothing is left to print of it."""
        return all(one.printed or one.lost for one in self.tables)


def printing_days(session: Session | None = None, *, locked: bool = False) -> list[PrintingDay]:
    """All days of all approved plans, the oldest first; three queries. `locked`: whoever else
    prints waits until this transaction is over."""
    session = session or db.session()
    asked = select(ReleasePlan).where(ReleasePlan.state == "approved").order_by(ReleasePlan.year)
    if locked:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    plans = session.scalars(asked).all()
    printed = {
        (row.plan_id, row.table_key, row.window): row.public_id
        for row in session.execute(
            select(Release.plan_id, Release.table_key, Release.window, Release.public_id)
        )
    }
    lost = _lost(session) if len(printed) < sum(len(plan.calendar) for plan in plans) else set()
    days: dict[date, list[PlannedTable]] = {}
    for plan in plans:
        tables = {one.key: one for one in plan.year_plan.tables}
        for window in plan.calendar:
            if window.key in tables:
                key = (plan.id, window.key, window.number)
                here = printed.get(key, "")
                gone = not here and window.freeze_on in lost
                one = PlannedTable(plan, tables[window.key], window, here, gone)
                days.setdefault(window.freeze_on, []).append(one)
    return [PrintingDay(day, countable_from(day), days[day]) for day in sorted(days)]


def _lost(session: Session) -> set[date]:
    agreed = (ReleaseRecovery.state == "approved", ReleaseRecovery.kind == "printed")
    return set(session.scalars(select(ReleaseRecovery.day).where(*agreed)))


def lost_days() -> list[date]:
    """Days of which figures were printed that are lost here."""
    days = printing_days()
    return [one.day for one in days if any(table.lost for table in one.tables)]


def days_due(now: datetime) -> list[PrintingDay]:
    """Days whose tables are to be printed now, the oldest first."""
    return [one for one in printing_days() if one.due_at <= now and not one.is_printed]


def next_day(now: datetime) -> PrintingDay | None:
    """The day that comes next, None if no plan says one."""
    return next((one for one in printing_days() if one.due_at > now), None)
