"""Form with which a workshop is moved."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.forms import DayField, TimeOfDayField, choice_field, required
from kash.platform.web.row_versions import RowVersionForm


class MoveWorkshopForm(RowVersionForm):
    """The day on which a workshop is to begin, the clock at which its days do, and where."""

    starts_on = DayField(_l("First day"), validators=[required(_l("Choose a day."))])
    day_starts_at = TimeOfDayField(_l("A day begins at"), validators=[required()])
    venue = choice_field(_l("Venue"), required=False)
