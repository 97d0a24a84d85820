"""Holidays that the programme added. Holidays in the calendar: those of the law and those that the
programme added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.platform.web.parts import CalendarEntry, CalendarQuestion, CalendarSource
from kash.workshops.holidays.forms import holiday_name
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.holidays.rules import public_holidays


def local_holidays(year: int) -> Sequence[LocalHoliday]:
    """Those of a year, in order."""
    return local_holidays_between(date(year, 1, 1), date(year, 12, 31))


def local_holidays_between(first: date, last: date) -> Sequence[LocalHoliday]:
    """Those from one day to another, in order."""
    return db.session.scalars(
        select(LocalHoliday).where(LocalHoliday.day.between(first, last)).order_by(LocalHoliday.day)
    ).all()


def local_days() -> frozenset[date]:
    """The days of all years."""
    return frozenset(db.session.scalars(select(LocalHoliday.day)))


def local_holiday(public_id: str) -> LocalHoliday:
    """One of them. Raises NotFound."""
    return get_or_404(db.session, LocalHoliday, public_id)


def count_from(day: date) -> Select[int]:
    """How many there are from a day on, to be asked."""
    return select(func.count(LocalHoliday.id)).where(LocalHoliday.day >= day)


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
