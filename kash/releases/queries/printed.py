"""Printed tables, exactly as printed, for all rooms that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kash.platform.database import db
from kash.releases.models import Release, ReleasePlan
from kash.releases.rules.tables import TablePlan
from kash.releases.words import line_name, table_name


@dataclass(frozen=True)
class PrintedLine:
    """A line as printed; None reads "few"."""

    code: str
    label: str
    printed: int | None


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed, with what its plan says of it."""

    release_id: str
    key: str
    title: str
    year: int
    window: int
    freeze_on: date
    lines: tuple[PrintedLine, ...]
    plan: TablePlan


def printed_tables(key: str | None = None) -> list[PrintedTable]:
    """All that was printed, or only the tables of a key, oldest first and in the order of their
    plan."""
    asked = select(Release).options(joinedload(Release.plan))
    if key is not None:
        asked = asked.where(Release.table_key == key)
    found = db.session.scalars(asked).all()
    plans = {one.plan_id: one.plan.year_plan for one in found}
    orders = {one: [table.key for table in plan.tables] for one, plan in plans.items()}
    shown = sorted(found, key=lambda one: (one.freeze_on, orders[one.plan_id].index(one.table_key)))
    tables = ((one, plans[one.plan_id].table(one.table_key)) for one in shown)
    return [_shown(one, table) for one, table in tables if table is not None]


def _shown(release: Release, table: TablePlan) -> PrintedTable:
    return PrintedTable(
        release.public_id,
        release.table_key,
        table_name(table.title_key),
        release.plan.year,
        release.window,
        release.freeze_on,
        tuple(
            PrintedLine(code, line_name(release.table_key, code), printed)
            for code, printed in release.lines
        ),
        table,
    )


def line_history(key: str, code: str) -> list[tuple[date, int | None]]:
    """The printed values of one line, oldest first."""
    return [
        (table.freeze_on, line.printed)
        for table in printed_tables(key)
        for line in table.lines
        if line.code == code
    ]


def approved_plans() -> Sequence[ReleasePlan]:
    """The plans that were approved, by year."""
    asked = select(ReleasePlan).where(ReleasePlan.state == "approved").order_by(ReleasePlan.year)
    return db.session.scalars(asked).all()
