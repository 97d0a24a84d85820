"""Hours of a week as people write them, and forms of the directory of services."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.people import words
from kash.people import words as directory_words
from kash.people.models import ServiceEntry
from kash.people.rules.directory import (
    CARDS_ON_A_SHEET,
    DAY,
    MOST_SHEETS,
    NotHours,
    Stretch,
    always_open,
    overlap,
    read_day,
    written_day,
)
from kash.people.rules.persons import is_a_name
from kash.people.services.directory import ServiceDetails
from kash.platform.database import is_public_id, new_public_id
from kash.platform.web import KashForm
from kash.platform.web.fields import DayField, HiddenField, PhoneField, SeveralField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm


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
        stretches: list[Stretch] = []
        for weekday, field in enumerate(self.days if not self.always.data else ()):
            if field.errors:
                continue
            try:
                day = read_day(weekday, field.data)
                if overlap([*stretches, *day]):
                    raise NotHours
            except NotHours:
                self.mark_wrong(
                    field,
                    _("These are not hours that fit. They look like 08:00–13:00, 14:00–17:00."),
                )
            else:
                stretches += day

    def hours(self) -> tuple[Stretch, ...]:
        """Hours as they were entered, once found valid."""
        if self.always.data:
            return tuple(Stretch(day * DAY, (day + 1) * DAY) for day in range(7))
        return tuple(
            stretch
            for weekday, field in enumerate(self.days)
            for stretch in read_day(weekday, field.data or "")
        )

    def fill_week(self, stretches: Sequence[Stretch]) -> None:
        """Show what is kept."""
        self.always.data = always_open(stretches)
        if not self.always.data:
            for weekday, field in enumerate(self.days):
                field.data = written_day(stretches, weekday)


_SHORT = re.compile(r"[0-9]{3,5}")
_SERVED = list(directory_words.SERVED.items())
_SPOKEN = [(code, spoken) for code, spoken in words.LANGUAGE.items() if code]


class PublicPhoneField(PhoneField):
    """The number of a service: a phone number in E.164, or a short one such as 116."""

    def process_formdata(self, valuelist: Any) -> None:
        """Let a short number through as it is."""
        text = re.sub(r"\s", "", str(valuelist[0])) if valuelist else ""
        if _SHORT.fullmatch(text):
            self.typed = self.data = text
            return
        super().process_formdata(valuelist)


class ServiceForm(WeekForm, RowVersionForm):
    """A service. `key` is the id that a new one gets, so that sending twice adds one."""

    key = HiddenField()
    name = text_field(_l("Name"), most=120)
    kind = choice_field(_l("Kind"), list(directory_words.SERVICE_KIND.items()))
    area = text_field(_l("Area"), most=120, required=False)
    phone = PublicPhoneField(_l("Phone"))
    other_phone = PublicPhoneField(_l("Another phone"))
    address = text_field(_l("Address and the way there"), most=400, required=False)
    address_confidential = BooleanField(_l("The address is confidential: call first"))
    remove_address = BooleanField(_l("Remove the address that is kept"))
    languages = SeveralField(_l("Languages spoken there"), choices=_SPOKEN, coerce=str)
    serves = SeveralField(_l("Whom it serves"), choices=_SERVED, coerce=str)
    cost = choice_field(_l("Cost"), list(directory_words.COST.items()), required=False)
    cost_note = text_field(_l("About the cost"), most=200, required=False)
    recommended_by = text_field(_l("Recommended by"), most=200, required=False)
    card_name = text_field(_l("Name on cards"), most=60, required=False)
    notes = long_text_field(_l("Notes"), most=2000)
    checked_on = DayField(_l("Last checked on"))
    active = BooleanField(_l("Shown in the directory"), default=True)

    def validate_name(self, field: Any) -> None:
        """Something to read."""
        if field.data and not is_a_name(field.data):
            raise ValidationError(_("A name needs at least one letter."))

    def validate_checked_on(self, field: Any) -> None:
        """A day that has come."""
        if field.data is None:
            if not field.errors:
                raise ValidationError(_("Enter the day."))
        elif field.data > local_today():
            raise ValidationError(_("This day is in the future."))

    @property
    def new_id(self) -> str:
        """The id for a new service: the one the form was opened with, if it is one."""
        given = self.key.data
        return given if is_public_id(given) else new_public_id()

    def details(self) -> ServiceDetails:
        """Details as they were entered."""
        return self.command(ServiceDetails, hours=self.hours())

    def beside(self, entry: ServiceEntry) -> None:
        """Note what somebody else saved meanwhile. An address that is confidential by now is not
        published by saving once more: the tick for it has to be taken away."""
        saved = {name: getattr(entry, name) for name in _KEPT}
        saved |= {name: list(saved[name]) for name in ("languages", "serves")}
        if sorted(self.hours()) != sorted(entry.stretches):
            week = enumerate(self.days)
            saved |= {day.name: written_day(entry.stretches, at) for at, day in week}
        self.compare(saved | {"row_version": entry.row_version})
        if entry.address_confidential:
            self.address_confidential.data = True

    def fill(self, entry: ServiceEntry) -> None:
        """Show what is kept, but for a sealed address."""
        for name in _KEPT:
            getattr(self, name).data = getattr(entry, name)
        self.fill_week(entry.stretches)
        self.show_row_version(entry.row_version)


_KEPT = (
    "name",
    "kind",
    "area",
    "phone",
    "other_phone",
    "address",
    "address_confidential",
    "languages",
    "serves",
    "cost",
    "cost_note",
    "recommended_by",
    "card_name",
    "notes",
    "checked_on",
    "active",
)


class ServiceSearchForm(KashForm):
    """Search in the directory."""

    search = text_field(_l("Search"), most=200, required=False)


class CardForm(KashForm):
    """Cards: the services on them, the language, and how many sheets."""

    services = SeveralField(_l("Services"), coerce=str)
    language = radio_field(_l("Language of the cards"), list(LANGUAGES.items()))
    qr = BooleanField(_l("With a square code that dials the number"))
    sheets = whole_number_field(_l("Sheets of paper"), least=1, most=MOST_SHEETS)

    def offer(self, entries: list[ServiceEntry]) -> None:
        """Set what can be chosen."""
        self.services.choices = [(entry.public_id, entry.name) for entry in entries]

    def validate_services(self, field: Any) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError(_("Choose at least one service."))

    def validate_sheets(self, field: Any) -> None:
        """Room for all that was chosen."""
        chosen = len(self.services.data)
        if field.data and chosen > field.data * CARDS_ON_A_SHEET:
            raise ValidationError(
                _(
                    "Cards that fit on these sheets: %(count)s. Choose fewer services or more "
                    "sheets.",
                    count=field.data * CARDS_ON_A_SHEET,
                )
            )
