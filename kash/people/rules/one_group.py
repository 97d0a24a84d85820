"""One group of people at a time, so that nobody who reads over a shoulder sees the other one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class OneGroup(Generic[Row]):
    """The rows of one group (by its letter), how many each group has, by letter, and the rows of
    the others, where they were read. Of more than `most` it is only known that there are more."""

    letter: str
    rows: Sequence[Row]
    counts: Mapping[str, int]
    others: Sequence[Row] = ()
    most: int | None = None

    def number(self, letter: str) -> str:
        """How many a group has, as it stands beside its letter."""
        count = self.counts[letter]
        return f"{self.most}+" if self.most is not None and count > self.most else str(count)


def one_group(
    rows: Iterable[Row],
    letter_of: Callable[[Row], str],
    wanted: str = "",
    beside: Iterable[Row] = (),
) -> OneGroup[Row]:
    """The rows of the wanted group in their order; of the first one that has any, where the wanted
    one has none. A group of which only somebody `beside` them stands on the page can be wanted too.
    """
    everybody = list(rows)
    found = Counter(map(letter_of, everybody))
    for row in beside:
        found.setdefault(letter_of(row), 0)
    counts = dict(sorted(found.items()))
    letter = wanted if wanted in counts else next(iter(counts), "")
    return OneGroup(
        letter,
        [row for row in everybody if letter_of(row) == letter],
        counts,
        [row for row in everybody if letter_of(row) != letter],
    )
