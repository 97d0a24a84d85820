"""The form of a holiday."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import DayField, required, text_field


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
