"""The promise of the plans: how far everything ever printed can move what somebody believes of one
case, as exact odds; and the plans that are refused since they would not keep it.

A line moves the odds by at most `die / (die - 1)` for each unit that one case adds to it. A case
belongs for ever to the plan of the year in which it was filed and enters each table of that plan
once, at the latest in some later year under the same key. So what counts is the product over the
keys of its own plan, each with the worst dice of all plans that it may still meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from kash.releases.rules.tables import (
    EDITIONS,
    EVERY,
    KNOWN,
    LEAST_FLOOR,
    ROUNDED_TO,
    SIXTHS,
    TablePlan,
    YearPlan,
)

REPORTED_LIMIT = Fraction(3)
CONTENT_LIMIT = Fraction(10)
MOST_SIDES = 100


class PlanFlaw(StrEnum):
    """Reason for which a plan is refused."""

    REPORTED = "reported"
    CONTENT = "content"
    NO_TABLES = "no_tables"
    TWICE = "twice"
    UNKNOWN = "unknown"
    CODES = "codes"
    RENAMED = "renamed"
    DIE = "die"
    MOST = "most"
    UNIT = "unit"
    SHAPE = "shape"
    YEAR = "year"


@dataclass(frozen=True)
class PlanRefusal:
    """A flaw of a plan: in which table, empty if in the whole; `other` is the earlier table that it
    takes up under another name, `year` that of the plan with which it does not go together."""

    flaw: PlanFlaw
    key: str = ""
    other: str = ""
    year: int = 0
    odds: Fraction = Fraction(1)


def line_odds(table: TablePlan) -> Fraction:
    """The most by which one table can move the odds that a case is in it."""
    return Fraction(table.die, table.die - 1) ** table.most


def reported_odds(plans: Sequence[YearPlan]) -> Fraction:
    """The most by which everything ever printed under these plans can multiply the odds that one
    given case was reported: that of the plan whose cases fare worst."""
    return max((_odds_of(own, plans) for own in plans), default=Fraction(1))


def _odds_of(own: YearPlan, plans: Sequence[YearPlan]) -> Fraction:
    odds = Fraction(1)
    for table in own.tables:
        met = (one.table(table.key) for one in plans if one.year >= own.year)
        odds *= max(line_odds(one) for one in met if one is not None)
    return odds


def content_odds(plans: Sequence[YearPlan]) -> Fraction:
    """The same for the odds of what a case says, or when it was filed: it leaves one line and
    enters another."""
    return reported_odds(plans) ** 2


def refusals(plan: YearPlan, earlier: Sequence[YearPlan]) -> list[PlanRefusal]:
    """All for which a plan is refused, given the plans before it; empty if it keeps the promise."""
    found = _shape(plan)
    found += [PlanRefusal(PlanFlaw.YEAR, year=one.year) for one in earlier if one.year >= plan.year]
    if found:
        return found
    for table in plan.tables:
        for before in earlier:
            found += _against(table, before)
    if found:
        return found
    plans = (*earlier, plan)
    if (odds := reported_odds(plans)) > REPORTED_LIMIT:
        found.append(PlanRefusal(PlanFlaw.REPORTED, odds=odds))
    if (odds := content_odds(plans)) > CONTENT_LIMIT:
        found.append(PlanRefusal(PlanFlaw.CONTENT, odds=odds))
    return found


def _shape(plan: YearPlan) -> list[PlanRefusal]:
    """Flaws that a plan has by itself."""
    if not plan.tables:
        return [PlanRefusal(PlanFlaw.NO_TABLES)]
    found, keys, codes = [], set(), set[str]()
    for table in plan.tables:
        if table.key in keys or not codes.isdisjoint(table.codes):
            found.append(PlanRefusal(PlanFlaw.TWICE, table.key))
        keys.add(table.key)
        codes.update(table.codes)
        if table.key not in KNOWN:
            found.append(_renamed(table))
        elif set(table.codes) != set(KNOWN[table.key].codes):
            found.append(PlanRefusal(PlanFlaw.CODES, table.key))
        elif not _is_sound(table):
            found.append(PlanRefusal(PlanFlaw.SHAPE, table.key))
    return found


def _renamed(table: TablePlan) -> PlanRefusal:
    taken = (key for key, one in KNOWN.items() if set(one.codes) & set(table.codes))
    other = next(taken, "")
    return PlanRefusal(PlanFlaw.RENAMED if other else PlanFlaw.UNKNOWN, table.key, other)


def _is_sound(table: TablePlan) -> bool:
    return (
        2 <= table.die <= MOST_SIDES
        and table.unit in (1, SIXTHS)
        and 1 <= table.most <= table.unit
        and table.every in EVERY
        and table.floor >= LEAST_FLOOR
        and table.floor % ROUNDED_TO == 0
        and len(set(table.codes)) == len(table.codes)
        and table.edition in EDITIONS
    )


def _against(table: TablePlan, before: YearPlan) -> list[PlanRefusal]:
    """Flaws of a table that continues, or seems to, one of an earlier plan."""
    was = before.table(table.key)
    if was is None:
        return [
            PlanRefusal(PlanFlaw.RENAMED, table.key, one.key, before.year)
            for one in before.tables
            if set(one.codes) & set(table.codes)
        ]
    checked = (
        (PlanFlaw.CODES, set(was.codes) != set(table.codes)),
        (PlanFlaw.UNIT, was.unit != table.unit),
        (PlanFlaw.DIE, table.die < was.die),
        (PlanFlaw.MOST, table.most > was.most),
    )
    return [PlanRefusal(flaw, table.key, year=before.year) for flaw, wrong in checked if wrong]
