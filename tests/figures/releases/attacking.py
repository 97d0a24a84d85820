"""The best attacker, exactly: she knows the rule, everything ever printed and every case but one.

Nothing here is simulated. From what a release counts in two worlds, one with the case and one
without, follow the chances of each printed value in both, and from these all that anybody can
learn.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

from kash.figures.releases.rules.tables import (
    CountedCase,
    TablePlan,
    YearPlan,
    as_printed,
    counts,
    last_days,
    windows_of,
)

# Far above all that is counted in these tests.
MANY = 150


@cache
def at_most(k: int, sides: int) -> Fraction:
    """Chance that dice of so many sides add k or less."""
    a = Fraction(sides - 1, sides)
    return a**-k / (1 + a) if k < 0 else 1 - a ** (k + 1) / (1 + a)


@cache
def chances(counted: int, table: TablePlan) -> dict[int | None, Fraction]:
    """Chance of each value that may be printed of a line in which so much was counted, in units."""
    unit, floor = table.unit, table.floor * table.unit
    found: defaultdict[int | None, Fraction] = defaultdict(Fraction)
    found[None] = at_most(floor - 1 - counted, table.die)
    # Up to where a printed value begins, and all above as one: they move the odds alike.
    high = MANY * unit - 5 * unit // 2
    for y in range(floor, high):
        chance = at_most(y - counted, table.die) - at_most(y - 1 - counted, table.die)
        found[as_printed(y, table.floor, unit)] += chance
    found[MANY] += 1 - at_most(high - 1 - counted, table.die)
    return dict(found)


@dataclass(frozen=True)
class Differing:
    """A printed line in which the two worlds count differently, in units."""

    table: TablePlan
    without: int
    within: int

    def odds(self) -> Fraction:
        """The most by which seeing it can move the odds."""
        return Fraction(self.table.die, self.table.die - 1) ** abs(self.within - self.without)


Counting = Callable[..., tuple[dict[str, int], dict[str, frozenset[str]]]]


def printed_lines(
    cases: Sequence[CountedCase], plans: Sequence[YearPlan], counting: Counting = counts
) -> list[tuple[TablePlan, str, int]]:
    """Every line that is ever printed under these plans, with what was counted in it."""
    entered: dict[str, frozenset[str]] = {}
    lines = []
    for plan in plans:
        for window in windows_of(plan, last_days(plan.year)):
            table = plan.table(window.key)
            assert table is not None
            known = [one for one in cases if one.filed_on <= window.freeze_on]
            found, entered = counting(known, table, entered, plans)
            lines += [(table, code, found[code]) for code in table.codes]
    return lines


def differing(
    without: Sequence[CountedCase],
    within: Sequence[CountedCase],
    plans: Sequence[YearPlan],
    counting: Counting = counts,
) -> list[Differing]:
    """The lines in which two worlds differ."""
    pairs = zip(
        printed_lines(without, plans, counting), printed_lines(within, plans, counting), strict=True
    )
    return [Differing(table, n, m) for (table, _, n), (_, _, m) in pairs if n != m]


def odds_of(lines: Iterable[Differing]) -> Fraction:
    """The most by which all these lines together can move the odds."""
    odds = Fraction(1)
    for line in lines:
        odds *= line.odds()
    return odds


def right(lines: Sequence[Differing], told: Callable[..., dict] = chances) -> float:
    """Share in which the best possible attacker is right whose two worlds were as likely before."""
    together: dict[float, list[float]] = {1.0: [1.0, 1.0]}
    for line in lines:
        without, within = told(line.without, line.table), told(line.within, line.table)
        one: defaultdict[float, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for said in {*without, *within}:
            p, q = float(without.get(said, 0)), float(within.get(said, 0))
            _add(one, p, q)
        more: defaultdict[float, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for a, b in together.values():
            for c, d in one.values():
                _add(more, a * c, b * d)
        together = dict(more)
    return sum(max(p, q) for p, q in together.values()) / 2


def _add(found: defaultdict[float, list[float]], p: float, q: float) -> None:
    """Values that move the odds alike are one to the attacker."""
    if p or q:
        pair = found[round(q / (p + q), 9)]
        pair[0] += p
        pair[1] += q


def case(reference: str, filed_on: date, **tables: tuple[str, ...]) -> CountedCase:
    """A case with what it adds to each table."""
    return CountedCase(reference, filed_on, tables)
