"""Choosing of what a statement tells of people who are starred where they are few: as much as may
leave beside all that has left, and nothing that could be worked out from it.

A table begins with its small counts starred. As long as anything in it can be narrowed too far,
another is starred beside it. If more than two thirds of it
would be stars, a coarser table takes its place, in the end the total alone. A total below five is
left out even where it is nought: alone, a star would say that somebody is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from kash.statements.rules.knowledge import Asked, Range, Told, leaks, sums
from kash.statements.rules.names import COMPLETED, FEWEST, HEADCOUNT, Name

# Tells the ranges of all that is known from what was told; None if it contradicts itself.
Ranges = Callable[[Told], Mapping[Asked, Range] | None]

SEX, AGE = ("sex",), ("age_band",)
TABLE = (*SEX, *AGE)
# By what a table may tell people apart, the finest first.
LEVELS: tuple[tuple[tuple[str, ...], ...], ...] = ((TABLE, SEX, AGE), (SEX, AGE), (SEX,), (AGE,))
_TOTAL = Name(COMPLETED)


class Contradiction(Exception):
    """All that was told of a period cannot be true together."""


def choose(told: Told, counts: Mapping[Name, int], ranges_of: Ranges) -> dict[Name, int | None]:
    """The figures to tell beside what was `told` of a period; `counts` are true.

    What was told of the programme before is told again, and not counted anew. Raises Contradiction.
    """
    before = {name: value for name, value in told.items() if not name.funder}
    chosen = before if _TOTAL in before else before | _table(told, counts, ranges_of)
    for name in _totals(counts):
        if name not in chosen:
            chosen[name] = _told_total({**told, **chosen}, name, counts[name], ranges_of)
    return chosen


def _table(told: Told, counts: Mapping[Name, int], ranges_of: Ranges) -> dict[Name, int | None]:
    total = counts.get(_TOTAL)
    if total is None:
        return {}
    if total < FEWEST:
        return {_TOTAL: None}
    for level in LEVELS:
        names = [
            name
            for name in sorted(counts)
            if name[:2] == _TOTAL[:2] and name.dimensions in {(), *level}
        ]
        found = starred({name: counts[name] for name in names}, told, ranges_of)
        if found is not None and _says_enough(found, counts, level):
            return found
    return {_TOTAL: total}


def starred(
    counts: Mapping[Name, int], told: Told, ranges_of: Ranges
) -> dict[Name, int | None] | None:
    """A table with stars enough that nothing of it can be narrowed too far beside what was `told`;
    None if there are none that would do. Its total stays."""
    found = {name: None if _is_small(count) else count for name, count in counts.items()}
    while narrow := _leaks({**told, **found}, ranges_of):
        more = _next_star(narrow, found)
        if more is None:
            return None
        found[more] = None
    return found


def _is_small(count: int) -> bool:
    return 0 < count < FEWEST


def _next_star(narrow: Sequence[Asked], found: Told) -> Name | None:
    """The next to star, None if nothing is left: a cell before a sum of cells, and where it keeps
    company to as many lone stars as it can; of these the smallest."""
    lines = [(whole, *parts) for whole, parts in sums(found)]
    lone = [line for line in lines if sum(found[name] is None for name in line) == 1]
    # Without a lone star it is the sum of several that is too small.
    beside = lone or [line for line in lines if set(line) & set(narrow)]

    def rank(name: Name) -> tuple[int, int, int, Name]:
        company = sum(name in line for line in beside)
        return -len(name.place), -company, found[name] or 0, name

    printed = {name for name, value in found.items() if value and name.place}
    near = printed & set(chain.from_iterable(beside))
    return min(near or printed, key=rank, default=None)


def _says_enough(
    found: Told, counts: Mapping[Name, int], level: tuple[tuple[str, ...], ...]
) -> bool:
    """True if, by each of its dimensions and by both, at least a third of what is not nought is
    printed."""
    for dimensions in level:
        values = [found[name] for name in found if name.dimensions == dimensions and counts[name]]
        if 3 * sum(value is not None for value in values) < len(values):
            return False
    return True


def _totals(counts: Mapping[Name, int]) -> list[Name]:
    """Totals in the order of their weight to a reader, the programme's before a funder's."""
    order = (COMPLETED, HEADCOUNT)
    names = [name for name in counts if not name.place]
    return sorted(names, key=lambda name: (order.index(name.indicator), name.funder))


def _told_total(told: Told, name: Name, count: int, ranges_of: Ranges) -> int | None:
    if count < FEWEST or _leaks({**told, name: count}, ranges_of, refuses=False):
        return None
    return count


def _leaks(told: Told, ranges_of: Ranges, *, refuses: bool = True) -> list[Asked]:
    ranges = ranges_of(told)
    if ranges is not None:
        return leaks(ranges)
    if refuses:
        raise Contradiction
    # Something was corrected since the rest of it left.
    return [_TOTAL]
