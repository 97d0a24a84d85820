"""Requests of pages of indicators: of which period and funder, as the address says. Forms of
indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.figures.indicators.queries.definitions import period_words
from kash.figures.indicators.queries.figures import funders
from kash.figures.indicators.rules import BOUNDS, INDICATORS, Period, quarter_holding, year
from kash.figures.indicators.services import DefinitionDetails, TargetDetails, period_asked
from kash.platform.web import KashForm
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.fields import DayField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    choice_field,
    long_text_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm

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
        arguments = {"period": self.period.text}
        return arguments | {"funder": self.funder} if self.funder else arguments

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
        return [(period.text, period_words(period)) for period in offered]


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


MOST_VALUE = 10_000_000


class DefinitionForm(KashForm):
    """Another definition of an indicator."""

    title = text_field(_l("Title"), most=120)
    remark = long_text_field(_l("Remark, which changes no count"), most=2000)
    from_day = DayField(_l("Holds for periods that end on this day or later"), [required()])
    because = long_text_field(_l("Why it is changed"), most=1000, required=True)

    def details(self) -> DefinitionDetails:
        """The definition that the form holds."""
        return self.command(DefinitionDetails)


def _least_field(name: str, label: Any) -> Any:
    least, most = BOUNDS[name]
    return whole_number_field(label, least=least, most=most)


class LeastDefinitionForm(DefinitionForm):
    """The same of an indicator that counts from some attendance on."""

    least_share = _least_field(
        "share", _l("Counts from this share of a workshop's hours on, in per cent (0: any minute)")
    )
    least_days = _least_field("days", _l("Counts from so many days of a workshop on (1: any day)"))


class OftenDefinitionForm(LeastDefinitionForm):
    """The same of an indicator that can ask people to have come to several workshops."""

    least_workshops = _least_field(
        "workshops", _l("Counts from so many workshops of the period on (1: any workshop)")
    )


def definition_form(key: str) -> type[DefinitionForm]:
    """The form of a definition, with all by which its indicator can count."""
    least = INDICATORS[key].least
    if "workshops" in least:
        return OftenDefinitionForm
    return LeastDefinitionForm if least else DefinitionForm


class TargetForm(KashForm):
    """A target."""

    key = choice_field(_l("Indicator"), [])
    period = text_field(
        _l("Period"), most=22, description=_l("A period such as 2026-Q3, 2026 or 2026-01.")
    )
    value = whole_number_field(_l("To reach"), least=0, most=MOST_VALUE)
    funder = choice_field(_l("Funder"), [], required=False)
    group = choice_field(_l("Group"), [], required=False)

    def details(self) -> TargetDetails:
        """The target that the form holds."""
        return self.command(TargetDetails)


class ChangeTargetForm(RowVersionForm):
    """Another value of a target."""

    value = whole_number_field(_l("To reach"), least=0, most=MOST_VALUE)
