"""Indicators of a period beside their targets and the period before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kash.indicators.queries.definitions import Definition, definitions_on
from kash.indicators.queries.targets import TargetFor, targets_in
from kash.indicators.queries.totals import totals_of
from kash.indicators.rules.periods import Period, PeriodProblem


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator in a period: its count, that of the period before, and what was
    to be reached."""

    definition: Definition
    count: int | None
    before: int | None
    target: int | None

    @property
    def share(self) -> int | None:
        """Whole per cent of the target that were reached."""
        if self.count is None or not self.target:
            return None
        return 100 * self.count // self.target


def indicator_lines(
    keys: Sequence[str], period: Period, funder: str | None = None
) -> list[IndicatorLine]:
    """Indicators of a period, of all workshops or of those that a funder (public id) pays in part,
    each beside its target and the period before."""
    definitions = definitions_on(period.last, tuple(keys))
    counts = totals_of(keys, period, funder=funder, definitions=definitions)
    try:
        earlier = totals_of(keys, period.before, funder=funder)
    except PeriodProblem:
        earlier = dict.fromkeys(keys)
    targets = targets_in(period, funder)
    return [
        IndicatorLine(
            definitions[key], counts[key], earlier[key], targets.get(key, TargetFor()).value
        )
        for key in keys
    ]
