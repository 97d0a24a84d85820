"""Holidays in the calendar: those of the law and those that the programme added."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from flask_babel import lazy_gettext as _l

from kash.holidays.queries import local_holidays_between
from kash.holidays.rules import public_holidays
from kash.holidays.words import holiday_name
from kash.platform.web.calendar_entries import CalendarEntry, CalendarQuestion, CalendarSource


def _entries(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    first, last = question.first, question.last
    of_law = {
        day: holiday_name(kept)
        for year in range(first.year, last.year + 1)
        for day, kept in public_holidays(year).items()
        if first <= day <= last
    }
    added = ((one.day, one.name) for one in local_holidays_between(first, last))
    return [
        CalendarEntry(f"holiday-{day.isoformat()}", name, day, day)
        for day, name in chain(of_law.items(), added)
    ]


CALENDAR = CalendarSource("holiday", _l("Holidays"), _entries)
