"""Counting of people for a statement, beside those that were counted for an earlier one of the same
period."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import chain
from typing import TypeVar

from kash.statements.rules.names import COMPLETED, Name

People = Mapping[Name, frozenset[str]]
Key = TypeVar("Key", bound=Hashable)


def table_of(cells: Mapping[tuple[str, str], frozenset[Key]]) -> dict[Name, frozenset[Key]]:
    """All figures of the programme's table, with its sums and noughts, of people by sex and age
    band."""
    sexes = sorted({sex for sex, _age in cells})
    ages = sorted({age for _sex, age in cells})
    found = {Name(COMPLETED): _all(cells.values())}
    for sex in sexes:
        place = ("sex", sex)
        found[Name(COMPLETED, "", (place,))] = _all(cells.get((sex, age), ()) for age in ages)
        for age in ages:
            both = (place, ("age_band", age))
            found[Name(COMPLETED, "", both)] = frozenset(cells.get((sex, age), ()))
    for age in ages:
        name = Name(COMPLETED, "", (("age_band", age),))
        found[name] = _all(cells.get((sex, age), ()) for sex in sexes)
    return found


def _all(parts: Iterable[Iterable[Key]]) -> frozenset[Key]:
    return frozenset(chain.from_iterable(parts))


def as_frozen(now: People, frozen: People) -> dict[Name, frozenset[str]]:
    """People of each figure. The programme's stay as they were `frozen` when they first left, and
    of a funder's only those are counted who are among them: so that whatever leaves of a period is
    of one day, and no two papers show who came in between."""
    programme = {name: people for name, people in frozen.items() if not name.funder}
    if not programme:
        return dict(now)
    funders = {name: people for name, people in now.items() if name.funder}
    return programme | {
        name: people & programme.get(name._replace(funder=""), people)
        for name, people in funders.items()
    }
