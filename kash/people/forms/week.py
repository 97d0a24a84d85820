"""Hours of a week as people write them: of services, and of whoever is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people import rules
from kash.platform.web import KashForm
from kash.platform.web.forms import BooleanField, text_field


class WeekForm(KashForm):
    """The hours of seven days, Monday first, or always."""

    always = BooleanField(_l("Open day and night, every day"))
    day_0 = text_field(_l("Monday"), most=60, required=False)
    day_1 = text_field(_l("Tuesday"), most=60, required=False)
    day_2 = text_field(_l("Wednesday"), most=60, required=False)
    day_3 = text_field(_l("Thursday"), most=60, required=False)
    day_4 = text_field(_l("Friday"), most=60, required=False)
    day_5 = text_field(_l("Saturday"), most=60, required=False)
    day_6 = text_field(_l("Sunday"), most=60, required=False)

    @property
    def days(self) -> list[Any]:
        """The fields of the week, Monday first."""
        return [self[f"day_{weekday}"] for weekday in range(7)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also read each day's hours, and refuse what overlaps from one day to the next."""
        fine = super().validate(extra_validators=extra_validators)
        if not self.always.data:
            fine = self._days_are_read() and fine
        return fine

    def _days_are_read(self) -> bool:
        fine = True
        known: list[rules.Stretch] = []
        for weekday, field in enumerate(self.days):
            if field.errors:
                fine = False
                continue
            try:
                day = rules.read_day(weekday, field.data or "")
                if rules.overlap([*known, *day]):
                    raise rules.NotHours
            except rules.NotHours:
                field.errors = [
                    _("These are not hours that fit. They look like 08:00–13:00, 14:00–17:00.")
                ]
                fine = False
            else:
                known += day
        return fine

    def hours(self) -> tuple[rules.Stretch, ...]:
        """Hours as they were entered, once found valid."""
        if self.always.data:
            return tuple(rules.Stretch(day * rules.DAY, (day + 1) * rules.DAY) for day in range(7))
        return tuple(
            each
            for weekday, field in enumerate(self.days)
            for each in rules.read_day(weekday, field.data or "")
        )

    def fill_week(self, stretches: Sequence[rules.Stretch]) -> None:
        """Show what is kept."""
        self.always.data = rules.always_open(stretches)
        if not self.always.data:
            for weekday, field in enumerate(self.days):
                field.data = rules.written_day(stretches, weekday)
