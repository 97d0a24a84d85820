"""The form of a holiday. Words for holidays."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.fields import DayField
from kash.platform.web.forms import required, text_field
from kash.workshops.holidays.rules import KeptHoliday, PublicHoliday


class HolidayForm(KashForm):
    """A day, its name and where it is written."""

    day = DayField(_l("Day"), validators=[required()])
    name = text_field(_l("Name"), most=80)
    source = text_field(
        _l("Source"),
        most=200,
        required=False,
        description=_l("The number of the gazette notice, or who saw the moon."),
    )


HOLIDAYS: dict[PublicHoliday, Any] = {
    PublicHoliday.NEW_YEAR: _l("New Year’s Day"),
    PublicHoliday.GOOD_FRIDAY: _l("Good Friday"),
    PublicHoliday.EASTER_MONDAY: _l("Easter Monday"),
    PublicHoliday.LABOUR: _l("Labour Day"),
    PublicHoliday.MADARAKA: _l("Madaraka Day"),
    PublicHoliday.MAZINGIRA: _l("Mazingira Day"),
    PublicHoliday.MASHUJAA: _l("Mashujaa Day"),
    PublicHoliday.JAMHURI: _l("Jamhuri Day"),
    PublicHoliday.CHRISTMAS: _l("Christmas Day"),
    PublicHoliday.BOXING: _l("Boxing Day"),
}


def holiday_name(kept: KeptHoliday) -> str:
    """The name of a holiday of the law on the day on which it is kept."""
    name = str(HOLIDAYS[kept.which])
    return _("%(holiday)s, which fell on a Sunday", holiday=name) if kept.instead else name
