"""All that the page of trends says, from one pass over the cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kash.platform.vault import OpenVault, Sealed
from kash.policy import Actor
from kash.trends.queries.cases import CasesCounted, cases_counted
from kash.trends.queries.reached import stations_reached
from kash.trends.rules.charts_of_chance import (
    ChanceLimits,
    Funnel,
    funnel,
    gap_limits,
    month_limits,
)
from kash.trends.rules.counts import (
    BeforeAfter,
    CountedPlace,
    TrendMonths,
    before_and_after,
    by_month,
    days_between,
    window,
)
from kash.trends.rules.falls import (
    FallVerdict,
    beside_other_stations,
    beside_others,
    ratio_beside_others,
    smallest_fall,
)
from kash.trends.rules.help_given import HelpGiven, help_given

_YEAR = 12


@dataclass(frozen=True)
class Months:
    """Police cases by month, of the programme or of one place, with others' beside them. `gaps` are
    the days between police cases where they are rarer than one a month; then there are no limits of
    months."""

    police: Sequence[int]
    others: Sequence[int]
    limits: ChanceLimits | None
    gaps: Sequence[int]
    gap_limits: ChanceLimits | None

    @property
    def rare(self) -> bool:
        """True if police cases are rarer than one a month."""
        return sum(self.police) < len(self.police)


@dataclass(frozen=True)
class PlaceLine:
    """A place in the table of all: its police cases and all its cases, before and after if a
    workshop reached it in these months, and whether its share lies beyond what chance does."""

    place: CountedPlace
    police: int
    total: int
    sides: BeforeAfter | None
    outside: bool


@dataclass(frozen=True)
class Trends:
    """Trends of whole months up to a day, as one actor may see them. `help` is that of the last
    twelve months, and of the twelve before."""

    within: TrendMonths
    counted: CasesCounted
    sides: dict[str, BeforeAfter]
    help: tuple[HelpGiven, HelpGiven]

    @property
    def opened(self) -> Sequence[Sealed]:
        """Documents that were opened and whose keys are still as they were filed."""
        return self.counted.opened

    @cached_property
    def police(self) -> int:
        """Police cases within these months."""
        return sum(self.programme.police)

    @cached_property
    def others(self) -> int:
        """All other cases within these months."""
        return sum(self.programme.others)

    @cached_property
    def smallest_fall(self) -> float | None:
        """The smallest fall that these numbers would have shown; None for none at all."""
        return smallest_fall(self.sides.values())

    @cached_property
    def beside_others(self) -> FallVerdict:
        """Verdict of police cases beside all others of the same places."""
        return beside_others(self.sides.values())

    @cached_property
    def ratio(self) -> float | None:
        """Police cases after, for each that others' cases would lead one to expect."""
        return ratio_beside_others(self.sides.values())

    @cached_property
    def beside_other_stations(self) -> FallVerdict:
        """Verdict of police cases beside those of other places and months."""
        places = self.counted.places
        counts = by_month(self.counted.cases, [one.key for one in places], self.within, police=True)
        shares = [self.within.shares_after(one.reached_on) for one in places]
        return beside_other_stations(counts, shares)

    @cached_property
    def programme(self) -> Months:
        """Months of the whole programme, wherever cases happened."""
        return self._months({one.place for one in self.counted.cases})

    def months_of(self, place: CountedPlace) -> Months:
        """Months of one place."""
        return self._months({place.key})

    def _months(self, keys: set[str | None]) -> Months:
        there = [one for one in self.counted.cases if one.place in keys]
        police, others = ([0] * len(self.within.starts) for _side in range(2))
        for one in there:
            month = self.within.month_of(one.day)
            if month is not None:
                (police if one.police else others)[month] += 1
        if sum(police) >= len(police):
            limits = month_limits(police, self.within.days)
            return Months(police, others, limits, (), None)
        gaps = days_between((one.day for one in there if one.police), self.within)
        return Months(police, others, None, gaps, gap_limits(gaps) if gaps else None)

    @cached_property
    def funnel(self) -> Funnel | None:
        """The play of chance on shares of police cases; None while there are none to compare."""
        return funnel([(police, total) for police, total in self._totals.values()])

    @cached_property
    def lines(self) -> list[PlaceLine]:
        """Places with cases or a workshop, by name: never by how many cases they have."""
        lines = []
        for place in self.counted.places:
            police, total = self._totals.get(place.key, (0, 0))
            if total or place.reached_on is not None:
                sides = self.sides.get(place.key)
                chance = self.funnel if total else None
                outside = chance is not None and chance.is_outside(police, total)
                lines.append(PlaceLine(place, police, total, sides, outside))
        return lines

    @cached_property
    def _totals(self) -> dict[str, tuple[int, int]]:
        inside = [one for one in self.counted.cases if self.within.month_of(one.day) is not None]
        total = Counter(one.place for one in inside if one.place is not None)
        police = Counter(one.place for one in inside if one.police)
        return {key: (police[key], count) for key, count in total.items()}


def trends_of(by: Actor, vault: OpenVault, today: date) -> Trends:
    """Trends of the cases that the actor may see. Whoever shows them notes the opening
    (`note_search`)."""
    within = window(today)
    counted = cases_counted(by, vault, stations_reached())
    half = within.starts[_YEAR]
    dated = list(zip(counted.cases, counted.records, strict=True))
    last = [record for one, record in dated if half <= one.day < within.end]
    before = [record for one, record in dated if within.starts[0] <= one.day < half]
    return Trends(
        within,
        counted,
        before_and_after(counted.cases, counted.places, within),
        (help_given(last, today), help_given(before, today)),
    )
