"""A plan to begin with. It knows what was printed and what a forum states, and nothing else: a plan
that followed the true number of cases would tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kash.figures.releases.rules.tables import (
    ACTS,
    KNOWN,
    MEDIATION,
    QUARTERS,
    WHO,
    TablePlan,
    YearPlan,
    changed,
)

# Below so many cases a month, lines of a quarter would mostly read "few".
FEW_A_MONTH = 20
_MONTHS_A_QUARTER = 3

Printed = Mapping[str, Sequence[Mapping[str, int | None]]]


def propose(
    printed: Printed, stated: int | None, *, year: int, earlier: Sequence[YearPlan] = ()
) -> YearPlan:
    """A plan of a year. `printed` are the lines of each table's earlier releases, oldest first, as
    printed; `stated` is how many cases a month a forum expects, if it said so, and goes before
    them. Tables of `earlier` plans go on with the dice that they have."""
    every = 1 if _are_many(printed, stated, earlier) else QUARTERS
    tables = (
        changed(_continued(KNOWN[WHO], earlier), every=every),
        changed(_continued(KNOWN[MEDIATION], earlier), every=every),
        changed(_continued(KNOWN[ACTS], earlier), every=QUARTERS),
    )
    return YearPlan(year, tables)


def _are_many(printed: Printed, stated: int | None, earlier: Sequence[YearPlan]) -> bool:
    if stated is not None:
        return stated >= FEW_A_MONTH
    newest = printed.get(WHO, ())[-1:]
    was = next(
        (table for plan in reversed(earlier) if (table := plan.table(WHO)) is not None), None
    )
    least = FEW_A_MONTH * _MONTHS_A_QUARTER * (was.every if was is not None else 1)
    return any(sum(value or 0 for value in lines.values()) >= least for lines in newest)


def _continued(table: TablePlan, earlier: Sequence[YearPlan]) -> TablePlan:
    """A table with the dice that keep the promise of all plans before."""
    was = [one for plan in earlier if (one := plan.table(table.key)) is not None]
    if not was:
        return table
    return changed(
        table,
        die=max(table.die, *(one.die for one in was)),
        most=min(table.most, *(one.most for one in was)),
        floor=was[-1].floor,
    )
