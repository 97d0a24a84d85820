"""Problems that stand in the way of what is done with holidays."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class FarHoliday(Problem):
    """A day of a year that nobody plans for."""

    field = "day"
    sentence = _l("This day is too far away.")


class HolidayThere(Problem):
    """A day that is there already, by the law or added."""

    field = "day"

    def __init__(self, day: date, name: str) -> None:
        super().__init__(_("This day is there already: %(name)s.", name=name))
        self.day = day


class TooManyHolidays(Problem):
    """More days in a year than anybody gazettes."""

    sentence = _l("There are as many in this year as a year can hold. Remove one that is wrong.")
