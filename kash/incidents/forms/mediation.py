"""Forms of mediators: their duty, requests to them, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.incidents.models import Duty
from kash.incidents.names import REQUEST_NAMES, RESULT_NAMES
from kash.incidents.queries.mediation import phone_of, stretches_of
from kash.incidents.rules.mediation import FOR_PEOPLE, RESULTS, Result
from kash.incidents.services.mediation import DutyDetails
from kash.people import words
from kash.people.forms.week import WeekForm
from kash.platform.web import KashForm
from kash.platform.web.forms import (
    BooleanField,
    PhoneField,
    SeveralField,
    choice_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm

_SPOKEN = [(code, said) for code, said in words.LANGUAGE.items() if code]


class DutyForm(WeekForm, RowVersionForm):
    """When, where and in which languages somebody mediates."""

    account = choice_field(_l("Who mediates"), [])
    phone = PhoneField(_l("Number for this duty"))
    stations = SeveralField(_l("Stations"), coerce=str)
    languages = SeveralField(_l("Languages"), choices=_SPOKEN, coerce=str)
    note = text_field(_l("How to reach them"), most=200, required=False)
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

    def details(self) -> DutyDetails:
        """Details as they were entered."""
        spoken = tuple(self.languages.data)
        return self.command(DutyDetails, spoken=spoken, hours=self.hours())

    def fill(self, found: Duty) -> None:
        """Show what is kept."""
        self.phone.data = phone_of(found)
        self.stations.data = [one.organisation.public_id for one in found.stations]
        self.languages.data = [code for code in found.spoken.split(",") if code]
        self.note.data, self.active.data = found.note, found.active
        self.fill_week(stretches_of(found))
        self.show_row_version(found.row_version)


class AskForm(KashForm):
    """Request to a mediator: what for, and for whom."""

    mediator = radio_field(_l("Mediator"), [])
    requests = SeveralField(
        _l("What is asked"), choices=list(REQUEST_NAMES.items()), validate_choice=False
    )
    persons = SeveralField(_l("For whom"))
    station = choice_field(_l("Station"), [], required=False)
    call_name = text_field(_l("Whom of the programme to call"), most=80)
    call_phone = PhoneField(_l("At which number"), [required(_l("Write the number to call."))])

    def offer_requests(self, kinds: Sequence[str]) -> None:
        """Show what may be asked, and nothing else; whatever else is sent is refused by a sentence
        of its own where it is asked."""
        self.requests.choices = [(kind, REQUEST_NAMES[kind]) for kind in kinds]

    def validate_requests(self, field: Any) -> None:
        """Something that is known."""
        if not field.data:
            raise ValidationError(_("Choose what is asked."))
        if not set(field.data) <= set(REQUEST_NAMES):
            raise ValidationError(_("Choose from the list."))

    def validate_persons(self, field: Any) -> None:
        """Somebody, if anybody is on record."""
        if field.choices and not field.data:
            raise ValidationError(_("Choose at least one person."))


class ClosingForm(KashForm):
    """How a mediation ended: a result for each thing that was asked for."""

    asked: tuple[str, ...] = ()
    people: int = 0

    def parts(self) -> list[tuple[str, Any, Any]]:
        """Each request with the field of its result, and that of how many or None."""
        return [(kind, self[f"result_{kind}"], self._count(kind)) for kind in self.asked]

    def _count(self, kind: str) -> Any:
        return self._fields.get(f"count_{kind}")

    def check_together(self) -> None:
        """Besides each field: of how many, where that is asked and something was reached."""
        for _kind, result, count in self.parts():
            if not result.data and not result.errors:
                self.mark_wrong(result, _("Say what came of it."))
            if count is None or count.errors or result.data in (None, "", "none"):
                continue
            if count.data is None:
                self.mark_wrong(count, _("Write how many."))

    def results(self) -> list[Result]:
        """Results as they were told."""
        return [
            Result(
                kind,
                result.data,
                count.data if count is not None and result.data != "none" else None,
            )
            for kind, result, count in self.parts()
        ]


def closing_form(requests: Sequence[str], people: int) -> ClosingForm:
    """The form that ends a brief about these requests and so many people (0: not said)."""
    fields: dict[str, Any] = {"asked": tuple(requests), "people": people}
    for kind in requests:
        names = [(result, RESULT_NAMES[result]) for result in RESULTS[kind]]
        fields[f"result_{kind}"] = radio_field(REQUEST_NAMES[kind], names, required=False)
        if kind in FOR_PEOPLE and people > 1:
            label = _l("How many of the %(number)s", number=people)
            fields[f"count_{kind}"] = whole_number_field(
                label, least=1, most=people, required=False
            )
    return cast(ClosingForm, type("ClosingForm", (ClosingForm,), fields)())
