"""What is entered about mediators, and asked of them."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import ValidationError

from kash.incidents.models import Duty
from kash.incidents.names import CLOSING_NAMES, REQUEST_NAMES
from kash.incidents.queries.mediation import phone_of, stretches_of
from kash.incidents.services.mediation import DutyDetails
from kash.people import words
from kash.people.forms.week import WeekForm
from kash.web import KashForm
from kash.web.forms import (
    BooleanField,
    PhoneField,
    SeveralField,
    choice_field,
    radio_field,
    text_field,
)

_SPOKEN = [(code, said) for code, said in words.LANGUAGE.items() if code]


class DutyForm(WeekForm):
    """When, where and in which languages somebody mediates."""

    edition = HiddenField()
    account = choice_field(_l("Who mediates"), [])
    phone = PhoneField(_l("Number for this duty"))
    stations = SeveralField(_l("Stations"), coerce=str)
    languages = SeveralField(_l("Languages"), choices=_SPOKEN, coerce=str)
    note = text_field(_l("How to reach her or him"), most=200, required=False)
    active = BooleanField(_l("On duty"), default=True)

    def offer(
        self, stations: list[tuple[str, str]], accounts: list[tuple[str, str]] | None
    ) -> None:
        """Set what can be chosen; whose duty it is can be chosen once only."""
        self.stations.choices = stations
        if accounts is None:
            del self.account
        else:
            self.account.choices = [("", _("Choose")), *accounts]

    def validate_account(self, field: Any) -> None:
        """Somebody."""
        if not field.data:
            raise ValidationError(_("Choose who mediates."))

    @property
    def edition_read(self) -> int:
        """Which edition the form was filled from; 0, which none has, if unreadable."""
        given = self.edition.data or ""
        return int(given) if re.fullmatch(r"[0-9]{1,9}", given) else 0

    def details(self) -> DutyDetails:
        """What was entered."""
        return DutyDetails(
            phone=self.phone.data or "",
            spoken=tuple(self.languages.data or ()),
            stations=tuple(self.stations.data or ()),
            hours=self.hours(),
            note=self.note.data or "",
            active=bool(self.active.data),
        )

    def fill(self, found: Duty) -> None:
        """Show what is kept."""
        self.phone.data = phone_of(found)
        self.stations.data = [one.organisation.public_id for one in found.stations]
        self.languages.data = [code for code in found.spoken.split(",") if code]
        self.note.data, self.active.data = found.note, found.active
        self.fill_week(stretches_of(found))
        self.edition.data = str(found.edition)


class AskForm(KashForm):
    """What a mediator is asked for."""

    mediator = radio_field(_l("Mediator"), [])
    request = radio_field(_l("What is asked"), list(REQUEST_NAMES.items()))
    station = choice_field(_l("Station"), [], required=False)
    call_name = text_field(_l("Whom of the programme to call"), most=80)
    call_phone = PhoneField(_l("At which number"))


class ClosingForm(KashForm):
    """How a mediation ended."""

    result = radio_field(_l("How did it end?"), list(CLOSING_NAMES.items()))
