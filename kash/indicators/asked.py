"""Requests of pages of indicators: of which period and funder, as the address says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import request
from flask_babel import gettext as _

from kash.indicators.errors import period_asked
from kash.indicators.queries.figures import funders
from kash.indicators.rules.periods import Period, quarter_holding, year
from kash.indicators.words import period_words
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.formats import local_today

_QUARTERS, _YEARS = 8, 3


@dataclass(frozen=True)
class FiguresAsked:
    """Request of figures: a period, and a funder (public id), None for the whole programme. `typed`
    is what was asked for and is no period, with the `problem` that it is."""

    period: Period
    funder: str | None
    problem: Problem | None = None
    typed: tuple[str, str] = ("", "")

    @property
    def arguments(self) -> dict[str, str]:
        """Arguments of an address of another page about the same."""
        found = {"period": self.period.text}
        return found | {"funder": self.funder} if self.funder else found

    @property
    def words(self) -> str:
        """The period in words."""
        return period_words(self.period)

    @cached_property
    def funder_choices(self) -> list[tuple[str, str]]:
        """The funders as a list offers them; one query."""
        return [("", _("All")), *funders()]

    @property
    def funder_name(self) -> str:
        """The name of the funder, empty for the whole programme."""
        return dict(self.funder_choices).get(self.funder, "") if self.funder else ""

    @property
    def periods(self) -> list[tuple[str, str]]:
        """The periods as a list offers them: the one that is asked for, quarters and years."""
        offered = [*recent_periods()]
        if self.period not in offered:
            offered.insert(0, self.period)
        return [(one.text, period_words(one)) for one in offered]


def recent_periods() -> Sequence[Period]:
    """The last quarters and years, the present ones first."""
    present = quarter_holding(local_today())
    quarters = [present]
    while len(quarters) < _QUARTERS:
        quarters.append(quarters[-1].before)
    return [*quarters, *(year(present.first.year - back) for back in range(_YEARS))]


def figures_asked() -> FiguresAsked:
    """Request that the address makes: the present quarter unless it says another. Two days go
    before a period. Raises NotFound for a funder that is not there."""
    given = request.args
    first, last = given.get("first", "").strip()[:10], given.get("last", "").strip()[:10]
    text = given.get("period", "").strip()[:40]
    if first or last:
        text = f"{first}..{last}"
    funder = given.get("funder", "")[:16] or None
    if funder is not None and funder not in dict(funders()):
        raise NotFound
    present = quarter_holding(local_today())
    if not text:
        return FiguresAsked(present, funder)
    try:
        return FiguresAsked(period_asked(text), funder)
    except Problem as problem:
        return FiguresAsked(present, funder, problem, (first or text, last))
