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

from kash.platform.vault import MirrorMissing, OpenVault, audited, note_once, root_subject
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.releases.errors import EarlierFirst, MayBePrinted, NotDueYet, NotWitnessed
from kash.releases.models import Release
from kash.releases.queries.counting import counted_cases
from kash.releases.queries.doubts import doubts
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

    Raises NotFound, NotDueYet, EarlierFirst, MayBePrinted, NotWitnessed, LedgerNotOpen, and as
    `counted_cases`.
    """
    with audited("releases.printed", by) as change:
        days = printing_days(change.session, locked=True)
        wanted = next((one for one in days if one.day == day), None)
        if wanted is None:
            raise NotFound
        if wanted.is_printed:
            change.nothing()
            return [one.printed for one in wanted.tables if one.printed]
        if wanted.due_at > change.now:
            raise NotDueYet
        if any(one.day < day and not one.is_printed for one in days):
            raise EarlierFirst
        if any(one.day == day for one in doubts(change.session, change.now, [wanted])):
            raise MayBePrinted
        plans = {one.plan.year: one.plan.year_plan for each in days for one in each.tables}
        lost = [one for each in days for one in each.tables if one.lost]
        made = _print(change.session, vault, wanted, list(plans.values()), lost, die)
        digests = {
            one.witness: row.digest for one, row in zip(_unprinted(wanted), made, strict=True)
        }
        change.about(*(row.public_id for row in made))
        change.about(*map(root_subject, digests.values()))
        # Before the commit, with which it is shown: a database that is put back forgets the throw.
        try:
            note_once(change.session, digests)
        except (OSError, MirrorMissing):
            raise NotWitnessed from None
        left = iter([row.public_id for row in made])
        return [one.printed or next(left) for one in wanted.tables if not one.lost]


def _unprinted(wanted: PrintingDay) -> list[PlannedTable]:
    return [one for one in wanted.tables if not (one.printed or one.lost)]


def _print(
    session: Session,
    vault: OpenVault,
    wanted: PrintingDay,
    plans: Sequence[YearPlan],
    lost: Sequence[PlannedTable],
    die: Die,
) -> list[Release]:
    # All of it before the first record is opened: no time between tells of a throw.
    thrown = [(one, throw(one.table, die)) for one in _unprinted(wanted)]
    ledger = open_ledger(session, vault)
    cases, entered = counted_cases(session, vault, wanted.day, plans), ledger.entered
    # What was printed and is lost here was counted all the same, and is counted no second time.
    for one in lost:
        earlier = counted_cases(session, vault, one.window.freeze_on, plans)
        _counts, entered = counts(earlier, one.table, entered, plans)
    rows = []
    for one, noise in thrown:
        found, entered = counts(cases, one.table, entered, plans)
        rows.append(_row(one, _lines(one.table, found, noise)))
    save_ledger(session, vault, ledger, entered)
    session.add_all(rows)
    session.flush()
    return rows


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
