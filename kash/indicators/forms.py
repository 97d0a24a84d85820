"""Forms of indicators."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.indicators.rules.keys import BOUNDS, INDICATORS
from kash.indicators.services.definitions import DefinitionDetails
from kash.indicators.services.targets import TargetDetails
from kash.platform.web import KashForm
from kash.platform.web.forms import (
    DayField,
    choice_field,
    long_text_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm

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
        _l("Period"),
        most=22,
        description=_l(
            "A quarter such as 2026-Q3, a year such as 2026, or a month such as 2026-01."
        ),
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
