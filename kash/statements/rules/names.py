"""Names of the figures that a statement tells about people who are starred where they are few.

All of one period. What was told of a period is a mapping of names to values, None where starred;
what is to be told is one to true counts.
"""

from __future__ import annotations

from typing import NamedTuple

COMPLETED = "people_completed"
HEADCOUNT = "headcount"
# Counts from one up to below this are starred, and between the least and the most that a starred
# one may be there lies at least this.
FEWEST = 5

Place = tuple[tuple[str, str], ...]


class Name(NamedTuple):
    """A figure: of an indicator, of the whole programme or with the support of one `funder` (by
    public id), of all or of those who stand in a `place`, as (("sex", "female"),)."""

    indicator: str
    funder: str = ""
    place: Place = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions by which it tells people apart."""
        return tuple(dimension for dimension, _value in self.place)


class Remainder(NamedTuple):
    """A figure that nobody told, but anybody can take from two that were: `whole` less `part`."""

    whole: Name
    part: Name
