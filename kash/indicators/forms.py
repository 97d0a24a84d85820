"""Forms of indicators."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

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


class ShareDefinitionForm(DefinitionForm):
    """The same of an indicator that counts from a share of a workshop's hours on."""

    least_share = whole_number_field(
        _l("Counts from this share of a workshop's hours on, in per cent (0: any minute)"),
        least=0,
        most=100,
    )


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
