"""Forms of absences, teaching days, venues, days that a venue can't be had, and ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional, ValidationError

from kash.people.forms import PublicPhoneField
from kash.people.models import Zone
from kash.people.words import day_name
from kash.platform.web import KashForm
from kash.platform.web.fields import DayField, MoneyField, NewIdField, SeveralField
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    long_text_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm
from kash.workshops.availability.services import ABSENCE_KIND, ACCESS

# More than a hall costs; what is larger was mistyped.
_MOST_CENTS = 100_000_000


def within_reason(_form: Any, field: Any) -> None:
    """Refuse an amount that nobody means."""
    if field.data is not None and field.data > _MOST_CENTS:
        raise ValidationError(_("This is more than one million. Check what you typed."))


class AbsenceForm(RowVersionForm):
    """Days, the kind, and a note; whose they are only for who writes for all."""

    key = NewIdField()
    whose = choice_field(_l("Who is away"), required=False)
    first = DayField(_l("First day"), validators=[required()])
    last = DayField(
        _l("Last day"), validators=[Optional()], description=_l("Leave it empty for a single day.")
    )
    kind = radio_field(_l("Why"), list(ABSENCE_KIND.items()), default="leave")
    note = text_field(
        _l("Note"),
        most=300,
        required=False,
        description=_l("It is sealed. Only you and who plans for all read why you are away."),
    )

    def offer(self, accounts: Sequence[tuple[str, str]]) -> None:
        """Set who can be chosen; without anybody to choose there is no such field."""
        if accounts:
            self.whose.choices = list(accounts)
        else:
            del self.whose


class TeachingDaysForm(RowVersionForm):
    """Weekdays, and the most days of a month."""

    weekdays = SeveralField(
        _l("Days on which you teach"),
        coerce=int,
        validators=[required(_l("Tick at least one day."))],
    )
    most_days_a_month = whole_number_field(
        _l("At most so many days a month"), least=1, most=31, required=False
    )

    def offer(self) -> None:
        """Set the weekdays in the language of the page."""
        self.weekdays.choices = [(day, day_name(day)) for day in range(7)]


class VenueForm(RowVersionForm):
    """A venue, with what only who plans reads."""

    name = text_field(
        _l("Name"), most=120, description=_l("It stands on paper. Choose one that is neutral.")
    )
    place = text_field(_l("Where it is"), most=120, required=False)
    zone = choice_field(_l("Area"), required=False)
    directions = long_text_field(_l("How to get there"), most=2000, rows=3)
    seats = whole_number_field(_l("Seats"), least=1, most=10000, required=False)
    accessible = SeveralField(_l("What it has"), choices=list(ACCESS.items()), coerce=str)
    contact_name = text_field(_l("Whom to call"), most=120, required=False)
    contact_phone = PublicPhoneField(_l("Phone"))
    price_cents = MoneyField(_l("Price for a day"), validators=[Optional(), within_reason])
    band = text_field(
        _l("Distance band"),
        most=60,
        required=False,
        description=_l("As the table of rates calls it."),
    )
    safe_for = text_field(
        _l("Safe for"),
        most=300,
        required=False,
        description=_l("For whom it is safe to come, and when. Only those who plan read this."),
    )
    safety_notes = long_text_field(
        _l("Notes on safety"),
        most=2000,
        rows=3,
        description=_l("They are sealed. Only those who plan read this."),
    )
    active = BooleanField(_l("In use"), default=True)

    def offer(self, zones: Sequence[Zone], chosen: Zone | None = None) -> None:
        """Set what can be chosen; the zone it has stays, even out of use."""
        offered = list(zones)
        if chosen is not None and chosen.public_id not in {zone.public_id for zone in offered}:
            offered.append(chosen)
        self.zone.choices = [("", _("None")), *((zone.public_id, zone.name) for zone in offered)]


class VenueSearchForm(KashForm):
    """Search of venues."""

    search = text_field(_l("Search"), most=120, required=False)


class MinutesForm(KashForm):
    """Minutes to a zone from others."""

    minutes = whole_number_field(_l("Minutes on the way"), least=1, most=1440, required=False)
