"""Forms of officers on duty, and of drills."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.incidents.rules.alerts import MOST_DRILLS, OnRoster
from kash.people.forms.week import WeekForm
from kash.platform.web import KashForm
from kash.platform.web.forms import BooleanField, whole_number_field

LAST_PLACE = 99


class OfficerForm(WeekForm):
    """An officer's place in the order, and her hours."""

    position = whole_number_field(_l("Place in the order"), least=1, most=LAST_PLACE)
    active = BooleanField(_l("On duty"), default=True)

    def fill(self, found: OnRoster) -> None:
        """Show what is kept."""
        self.position.data, self.active.data = min(found.position, LAST_PLACE), found.active
        self.fill_week(found.stretches)


class DrillsForm(KashForm):
    """How many drills come."""

    drills = whole_number_field(_l("Drills a week, on average"), least=0, most=MOST_DRILLS)
