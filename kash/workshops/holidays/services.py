"""Problems that stand in the way of what is done with holidays. Adding a holiday
and removing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from kash.platform.vault import audited
from kash.platform.web.errors import Problem, get_or_404
from kash.policy import Actor
from kash.workshops.holidays.forms import holiday_name
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.holidays.rules import FIRST_YEAR, LAST_YEAR, public_holidays


class HolidayThere(Problem):
    """A day that is there already, by the law or added."""

    field = "day"

    def __init__(self, day: date, name: str) -> None:
        super().__init__(_("This day is there already: %(name)s.", name=name))
        self.day = day


MOST_A_YEAR = 60


@dataclass(frozen=True)
class HolidayDetails:
    """A day, what it is called, and where that is written: a notice of the gazette, or who saw the
    moon."""

    day: date
    name: str
    source: str = ""


def add_holiday(details: HolidayDetails, *, by: Actor) -> str:
    """Add a day; its public id. Raises HolidayThere and Problem."""
    day = details.day
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Problem(_l("This day is too far away."), field="day")
    of_law = public_holidays(day.year).get(day)
    if of_law is not None:
        raise HolidayThere(day, holiday_name(of_law))
    with audited("holidays.added", by) as change:
        session = change.session
        there = session.scalar(select(LocalHoliday).where(LocalHoliday.day == day))
        if there is not None:
            raise HolidayThere(day, there.name)
        in_year = LocalHoliday.day.between(date(day.year, 1, 1), date(day.year, 12, 31))
        if (session.scalar(select(func.count(LocalHoliday.id)).where(in_year)) or 0) >= MOST_A_YEAR:
            raise Problem(
                _l("There are as many in this year as a year can hold. Remove one that is wrong.")
            )
        added = LocalHoliday(
            day=day,
            name=details.name,
            source=details.source,
            added_by=by.public_id,
            added_at=change.now,
        )
        session.add(added)
        session.flush()
        change.about(added.public_id)
        return added.public_id


def remove_holiday(public_id: str, *, by: Actor) -> date:
    """Remove a day that was added; which day it was. Raises NotFound."""
    with audited("holidays.removed", by) as change:
        found = get_or_404(change.session, LocalHoliday, public_id)
        change.about(found.public_id)
        change.session.delete(found)
        return found.day
