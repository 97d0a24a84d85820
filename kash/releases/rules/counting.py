"""Cases entering tables: each once, and how much it adds there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kash.releases.rules.tables import MOST_SHARES, SIXTHS, TablePlan, YearPlan

# The keys of tables that a case has entered, by its reference.
Entered = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class CountedCase:
    """A case as it may be counted: what it would add to each table, most important first; nothing
    for a table to which it has nothing to add yet. `also` are other references that stand for it:
    a link that is made or taken away later counts nobody again."""

    reference: str
    filed_on: date
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: frozenset[str] = frozenset()


def counts(
    cases: Iterable[CountedCase], table: TablePlan, entered: Entered, plans: Sequence[YearPlan]
) -> tuple[dict[str, int], dict[str, frozenset[str]]]:
    """Sums that these cases add to a table, in its units, and what has entered afterwards.

    A case enters a table once in its life, and only if the plan of the year in which it was filed
    has that table; `plans` are all that were ever approved. Whoever is late falls into the next
    window.
    """
    keys_of = {plan.year: {one.key for one in plan.tables} for plan in plans}
    found = dict.fromkeys(table.codes, 0)
    after = dict(entered)
    for case in cases:
        said = shares(case.tables.get(table.key, ()), table)
        names = {case.reference, *case.also}
        been = any(table.key in after.get(name, ()) for name in names)
        if not said or been or table.key not in keys_of.get(case.filed_on.year, ()):
            continue
        for name in names:
            after[name] = after.get(name, frozenset()) | {table.key}
        for code, share in said.items():
            found[code] += share
    return found, after


def shares(codes: Sequence[str], table: TablePlan) -> dict[str, int]:
    """Parts that one case adds to each line, in units: one stone for its first code, or broken
    among at most three of them."""
    known = [code for code in dict.fromkeys(codes) if code in table.codes]
    kept = known[: MOST_SHARES if table.unit == SIXTHS else table.most]
    return {code: table.most // len(kept) for code in kept} if kept else {}
