"""Printing: throwing, storing and showing in one step.

Whoever prints chooses nothing and sees nothing before it stands for good: neither which cases are
counted, nor what is thrown, nor whether it is kept. Dice and counts are in memory until the
transaction ends, and nowhere else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from kash.platform.vault import OpenVault, audited
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.releases.errors import EarlierFirst, NotDueYet
from kash.releases.models import Release
from kash.releases.queries.counting import counted_cases
from kash.releases.queries.due import PlannedTable, PrintingDay, printing_days
from kash.releases.rules.counting import counts
from kash.releases.rules.tables import TablePlan, YearPlan
from kash.releases.rules.throwing import Die, printed, throw
from kash.releases.services.ledger import open_ledger, save_ledger


def print_release(
    day: date, *, by: Actor, vault: OpenVault, die: Die = secrets.randbelow
) -> list[str]:
    """Print all tables of a freeze day, once: their public ids, in the order of the plan. If they
    are printed already nothing is thrown, and they are the same.

    Raises NotFound, NotDueYet, EarlierFirst, LedgerNotOpen, and as `counted_cases`.
    """
    with audited("releases.printed", by) as change:
        days = printing_days(change.session, locked=True)
        wanted = next((one for one in days if one.day == day), None)
        if wanted is None:
            raise NotFound
        if wanted.is_printed:
            change.nothing()
            return [one.printed for one in wanted.tables]
        if wanted.due_at > change.now:
            raise NotDueYet
        if any(one.day < day and not one.is_printed for one in days):
            raise EarlierFirst
        plans = {one.plan.year: one.plan.year_plan for each in days for one in each.tables}
        made = _print(change.session, vault, wanted, list(plans.values()), die)
        change.about(*made)
        left = iter(made)
        return [one.printed or next(left) for one in wanted.tables]


def _print(
    session: Session,
    vault: OpenVault,
    wanted: PrintingDay,
    plans: Sequence[YearPlan],
    die: Die,
) -> list[str]:
    # All of it before the first record is opened: no time between tells of a throw.
    thrown = [(one, throw(one.table, die)) for one in wanted.tables if not one.printed]
    ledger = open_ledger(session, vault)
    cases, entered = counted_cases(session, vault, wanted.day, plans), ledger.entered
    rows = []
    for one, noise in thrown:
        found, entered = counts(cases, one.table, entered, plans)
        rows.append(_row(one, _lines(one.table, found, noise)))
    save_ledger(session, vault, ledger, entered)
    session.add_all(rows)
    session.flush()
    return [row.public_id for row in rows]


def _lines(
    table: TablePlan, found: Mapping[str, int], noise: Mapping[str, int]
) -> list[list[str | int | None]]:
    return [
        [code, printed(found[code] + noise[code], table.floor, table.unit)] for code in table.codes
    ]


def _row(one: PlannedTable, lines: list[list[str | int | None]]) -> Release:
    return Release(
        plan_id=one.plan.id,
        table_key=one.window.key,
        window=one.window.number,
        freeze_on=one.window.freeze_on,
        lines=lines,
    )
