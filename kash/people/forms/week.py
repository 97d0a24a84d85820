"""Hours of a week as people write them: of services, and of whoever is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.rules.directory import (
    DAY,
    NotHours,
    Stretch,
    always_open,
    overlap,
    read_day,
    written_day,
)
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

    def check_together(self) -> None:
        """Also read each day's hours, and refuse what overlaps from one day to the next."""
        known: list[Stretch] = []
        for weekday, field in enumerate(self.days if not self.always.data else ()):
            if field.errors:
                continue
            try:
                day = read_day(weekday, field.data)
                if overlap([*known, *day]):
                    raise NotHours
            except NotHours:
                self.mark_wrong(
                    field,
                    _("These are not hours that fit. They look like 08:00–13:00, 14:00–17:00."),
                )
            else:
                known += day

    def hours(self) -> tuple[Stretch, ...]:
        """Hours as they were entered, once found valid."""
        if self.always.data:
            return tuple(Stretch(day * DAY, (day + 1) * DAY) for day in range(7))
        return tuple(
            each
            for weekday, field in enumerate(self.days)
            for each in read_day(weekday, field.data or "")
        )

    def fill_week(self, stretches: Sequence[Stretch]) -> None:
        """Show what is kept."""
        self.always.data = always_open(stretches)
        if not self.always.data:
            for weekday, field in enumerate(self.days):
                field.data = written_day(stretches, weekday)
