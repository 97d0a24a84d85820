"""Forms of limits of time: what came of them, and a try to hear of somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional, ValidationError

from kash.incidents import names
from kash.incidents.forms.rows import offered
from kash.incidents.rules.parts import Person
from kash.incidents.services.limits import WhatCame
from kash.platform.web.fields import MomentField
from kash.platform.web.forms import BooleanField, DayField, KashForm, choice_field, text_field
from kash.platform.web.row_versions import RowVersionForm


class LimitsForm(RowVersionForm):
    """All that came of the limits of one person."""

    arrested_on = DayField(
        _l("Arrested on, if the hour is not known"),
        validators=[Optional()],
        description=_l("Counts from 00:00 of that day."),
    )
    before_court_at = MomentField(_l("Before a court at"))
    court = text_field(_l("Which court"), most=120, required=False)
    court_result = choice_field(
        _l("What the court said"), offered(names.COURT_RESULT_NAMES, _l("Not said")), required=False
    )
    released_at = MomentField(_l("Let go at"))
    pep = choice_field(
        _l("Medicine against HIV (PEP)"),
        offered(names.LIMIT_RESULT_NAMES, _l("Not said")),
        required=False,
    )
    contraception = choice_field(
        _l("Emergency contraception"),
        offered(names.LIMIT_RESULT_NAMES, _l("Not said")),
        required=False,
    )
    today: date | None = None

    def said(self, person: str) -> WhatCame:
        """All that was entered of a person (an id)."""
        names_of = ("arrested_on", "before_court_at", "released_at")
        rest = ("court", "court_result", "pep", "contraception")
        values: dict[str, Any] = {name: self[name].data for name in names_of}
        values |= {name: self[name].data or "" for name in rest}
        return WhatCame(person, **values)

    def validate_before_court_at(self, field: Any) -> None:
        """A day that has come, and a moment where a court or a result is named."""
        self._has_come(field)
        if (self.court.data or self.court_result.data) and not (field.data or field.errors):
            raise ValidationError(_("Enter the day and the hour, about is enough."))

    def validate_arrested_on(self, field: Any) -> None:
        """A day that has come."""
        if field.data and self.today and field.data > self.today:
            raise ValidationError(_("This day has not come yet."))

    def validate_released_at(self, field: Any) -> None:
        """A day that has come."""
        self._has_come(field)

    def _has_come(self, field: Any) -> None:
        if field.data and self.today and field.data.date() > self.today:
            raise ValidationError(_("This day has not come yet."))


def limits_form(person: Person, version: int) -> LimitsForm:
    """The form of a person as it stands on record."""
    form = LimitsForm(
        formdata=None,
        before_court_at=person.before_court_at,
        court=person.court,
        court_result=person.court_result,
        released_at=person.released_at,
        pep=person.limits.get("pep", ""),
        contraception=person.limits.get("contraception", ""),
    )
    form.row_version.data = str(version)
    return form


class TryForm(KashForm):
    """A try to hear of somebody who is held."""

    what = text_field(
        _l("Who you asked, and what they said"),
        most=300,
        description=_l("Such as the station, the court, the prison, a hospital or the family."),
    )
    heard = BooleanField(
        _l("She was heard of"),
        description=_l("Then nothing counts, or waits, that says nobody knows where she is."),
    )
