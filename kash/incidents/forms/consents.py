"""The answers of one person, or of everybody in a case, when the words are read out. Form of her
choice: each person is asked once her case was verified. Forms of mediators: their duty, requests
to them, and their answers. Cash bail; a term that was set aside; and what a custodian notes of the
duty to report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField as wtforms_BooleanField
from wtforms.validators import Optional, ValidationError

from kash.incidents import documents as charge_warning
from kash.incidents import names
from kash.incidents.consent_texts import VERSION
from kash.incidents.forms.documentation import SafetyForm, VersionedForm, fresh_key, has_come
from kash.incidents.models import Duty
from kash.incidents.names import ORIGIN_NAMES, REQUEST_NAMES, WAY_NAMES
from kash.incidents.queries.mediation import phone_of, stretches_of
from kash.incidents.rules.case_file import NOTHING, CourtPaper
from kash.incidents.rules.clocks import Policy, ReportNote, missing_of, wrong_with
from kash.incidents.rules.consents import PURPOSES, UNASKED, WISHED
from kash.incidents.rules.mediation import FOR_PEOPLE, Result
from kash.incidents.rules.older_records import BY_GUARDIAN
from kash.incidents.rules.parts import CashBail, Term, by_id
from kash.incidents.rules.record import Record
from kash.incidents.services.consents import AskedAgain, GuardiansAnswer, Said
from kash.incidents.services.mediation import DutyDetails
from kash.incidents.wording import NOTE_NAMES, PLACE_NAMES, WRONG_TEXTS
from kash.people import words
from kash.people.forms import WeekForm
from kash.platform.web import KashForm
from kash.platform.web.fields import DayField, HiddenField, MoneyField, PhoneField, SeveralField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    long_text_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.forms import KashForm as forms_KashForm
from kash.platform.web.programme import LANGUAGES, REPORTING_LANGUAGES
from kash.platform.web.row_versions import RowVersionForm

YES, NO, NOT_ASKED = "yes", "no", "later"
ANSWER_NAMES: dict[str, Any] = {YES: _l("Yes"), NO: _l("No"), NOT_ASKED: _l("Not asked now")}
# Languages in which somebody is asked. Where the words have no other, an officer puts them into it.
SPOKEN: dict[str, Any] = {**LANGUAGES, **REPORTING_LANGUAGES, "other": _l("Another language")}


def _answer(purpose: str) -> Any:
    return radio_field(
        names.PURPOSE_NAMES[purpose], list(ANSWER_NAMES.items()), required=False, default=NOT_ASKED
    )


class ConsentsForm(VersionedForm):
    """A yes or a no to each purpose, how it is known, in which language she was asked, and the
    version of the words that were on the page (`wording`) beside that of the case."""

    person = HiddenField()
    wording = HiddenField()
    record = _answer("record")
    mediation = _answer("mediation")
    forum_totals = _answer("forum_totals")
    forum_story = _answer("forum_story")
    funder = _answer("funder")
    court = _answer("court")
    health = _answer("health")
    origin = radio_field(_l("How is it known?"), list(names.ORIGIN_NAMES.items()), required=False)
    language = radio_field(
        _l("In which language were the words read out?"), list(SPOKEN.items()), required=False
    )

    def check_together(self) -> None:
        """Mark a field if the words have changed since the page was opened, if it isn't said how
        the answers are known, or if an answer can't be known in that way."""
        agreed = {purpose for purpose, given in self.answers().items() if given}
        refused_any = len(agreed) < len(self.answers())
        if self.wording.data != VERSION:
            self.mark_wrong(
                self.wording,
                _("The words have changed since this page was opened. Read them out again."),
            )
        if not self.origin.data:
            self.mark_wrong(self.origin, _("Say how it is known."))
        elif self.origin.data == "herself" and not self.language.data:
            self.mark_wrong(self.language, _("Say in which language you read them out to her."))
        elif self.origin.data == "not_asked" and (not agreed <= UNASKED or refused_any):
            self.mark_wrong(
                self.origin,
                _("If she could not be asked, only a yes to asking a mediator can be noted."),
            )
        elif self.origin.data == "told_reporter" and not agreed <= WISHED:
            self.mark_wrong(
                self.origin,
                _(
                    "What she told somebody else is enough to keep the report and to ask a "
                    "mediator. For the rest, read the words out to her first."
                ),
            )

    def answers(self) -> dict[str, bool]:
        """Answers that were given, purpose by purpose; a purpose that was not asked is left out."""
        marked = {purpose: self[purpose].data for purpose in PURPOSES}
        return {purpose: data == YES for purpose, data in marked.items() if data in (YES, NO)}

    @property
    def read_out_in(self) -> str:
        """The language in which the words were read out to her; empty if they were not."""
        return (self.language.data or "") if self.origin.data == "herself" else ""

    def answers_typed(self) -> dict[str, str]:
        """Choices for each purpose, as they were sent, for the page to show again."""
        return {purpose: self[purpose].data or "" for purpose in PURPOSES}


class GuardianForm(VersionedForm):
    """A yes or a no for a child by her guardian, and the paper that says so."""

    person = HiddenField()
    wording = HiddenField()
    court = _answer("court")
    health = _answer("health")
    origin = radio_field(_l("Who decides for her?"), list(names.GUARDIAN_NAMES.items()))
    paper = text_field(
        _l("By which paper"),
        most=200,
        description=_l("A signed form or an order, and its day. Keep the paper."),
    )
    language = HiddenField()

    def check_together(self) -> None:
        """Besides each field: the words are still the same, and something was answered."""
        if self.wording.data != VERSION:
            self.mark_wrong(
                self.wording,
                _("The words have changed since this page was opened. Read them out again."),
            )
        if not self.said().answers:
            self.mark_wrong(self.court, _("Mark what was said to one of the two at least."))

    def answers_typed(self) -> dict[str, str]:
        """Choices for each purpose, as they were sent, for the page to show again."""
        return {purpose: self[purpose].data or "" for purpose in BY_GUARDIAN}

    def said(self) -> GuardiansAnswer:
        """The answers that were given, who gave them and by which paper."""
        marked = {purpose: self[purpose].data for purpose in sorted(BY_GUARDIAN)}
        return GuardiansAnswer(
            self.person.data or "",
            {purpose: data == YES for purpose, data in marked.items() if data in (YES, NO)},
            self.origin.data or "",
            self.paper.data or "",
            (self.language.data or "") if self.language.data in SPOKEN else "",
        )


class AskedAgainForm(VersionedForm):
    """All that people said who were asked again for one paper."""

    persons = SeveralField(_l("Who was asked"), choices=[])
    to_whom = text_field(_l("Who gets the paper"), most=120)
    about = text_field(_l("For which case"), most=200)
    on = DayField(_l("Day of asking"), [required(), has_come], default=local_today)
    read_back_on = DayField(
        _l("Day on which what the paper says was read back to her"), [Optional(), has_come]
    )
    language = radio_field(_l("In which language?"), list(SPOKEN.items()))
    answer = radio_field(_l("What she said herself"), [(YES, _l("Yes")), (NO, _l("No"))])

    def offer(self, persons: Sequence[tuple[str, str]]) -> None:
        """Offer who can be asked again."""
        self.persons.choices = list(persons)

    def check_together(self) -> None:
        """Besides each field: somebody was asked, and before a yes what the paper says was read
        back."""
        if self.persons.choices and not self.persons.data and not self.persons.errors:
            self.mark_wrong(self.persons, _("Choose at least one person."))
        if self.answer.data == YES and not self.read_back_on.data and not self.read_back_on.errors:
            self.mark_wrong(
                self.read_back_on, _("Read back to her what the paper says, and say when.")
            )

    def said(self) -> AskedAgain:
        """Answer as it was entered."""
        return AskedAgain(
            persons=list(self.persons.data or []) if self.persons.choices else [""],
            given=self.answer.data == YES,
            paper=CourtPaper(
                " ".join(self.to_whom.data.split()), " ".join(self.about.data.split())
            ),
            on=self.on.data or local_today(),
            read_back_on=self.read_back_on.data,
            language=self.language.data,
        )


class ChoiceForm(VersionedForm):
    """Choice of one person, with the day on which she was asked, and how it is known; and how many
    answers of hers the page showed (`version`)."""

    person = HiddenField()
    wanted = SeveralField(_l("What is wanted"), choices=list(WAY_NAMES.items()))
    origin = radio_field(_l("How is it known?"), list(ORIGIN_NAMES.items()), required=False)
    on = DayField(_l("Day of asking"), [required(), has_come], default=local_today)

    def check_together(self) -> None:
        """Besides each field: how it is known."""
        if not self.origin.data and not self.origin.errors:
            self.mark_wrong(self.origin, _("Say how it is known."))

    def validate_wanted(self, field: SeveralField) -> None:
        """Something, and nothing beside nothing; nothing at all of a person who could not be
        asked."""
        wanted = field.data or []
        if self.origin.data == "not_asked":
            if wanted:
                raise ValidationError(_("If she could not be asked, nothing can be ticked."))
        elif not wanted:
            raise ValidationError(_("Tick what is wanted."))
        elif NOTHING in wanted and len(wanted) > 1:
            raise ValidationError(_("“Nothing now” and something else cannot both be ticked."))

    def said(self) -> Said:
        """Choice as it was entered."""
        return self.command(Said, version=self.version_shown())


class OwnYesForm(VersionedForm):
    """The answer of one person to "court or release", in which language she was warned, and the
    version of the warning that was on the page (`wording`) beside that of the case."""

    person = HiddenField()
    wording = HiddenField()
    answer = radio_field(
        _l("What she said herself"), [("yes", _l("Yes")), ("no", _l("No"))], required=False
    )
    language = radio_field(
        _l("In which language were the words read out?"), list(SPOKEN.items()), required=False
    )

    def check_together(self) -> None:
        """Besides each field: one of the two, in which language, and the warning is still the
        same."""
        if self.wording.data != charge_warning.VERSION:
            self.mark_wrong(
                self.answer,
                _("The words have changed since this page was opened. Read them out again."),
            )
        elif not self.answer.data and not self.answer.errors:
            self.mark_wrong(self.answer, _("Choose yes or no."))
        if not self.language.data and not self.language.errors:
            self.mark_wrong(self.language, _("Say in which language you read them out to her."))


_SPOKEN = [(code, name) for code, name in words.LANGUAGE.items() if code]


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
        self.stations.data = [station.organisation.public_id for station in found.stations]
        self.languages.data = [code for code in found.spoken.split(",") if code]
        self.note.data, self.active.data = found.note, found.active
        self.fill_week(stretches_of(found))
        self.show_row_version(found.row_version)


class AskForm(SafetyForm):
    """Request to a mediator: what for, and for which persons."""

    mediator = radio_field(_l("Mediator"), [])
    requests = SeveralField(
        _l("What is asked"), choices=list(REQUEST_NAMES.items()), validate_choice=False
    )
    persons = SeveralField(_l("For whom"))
    station = choice_field(_l("Station"), [], required=False)
    call_name = text_field(_l("Who of the programme to call"), most=80)
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


class ResultForm(KashForm):
    """Count of the people for whom a request came to something, where it is about several; its
    buttons say to what."""

    kind: str = ""

    def told(self, result: str) -> Result:
        """Result of the request."""
        count = self._fields.get("count")
        return Result(self.kind, result, count.data if count is not None else None)


def result_form(kind: str, people: int, *, sent: bool = False) -> ResultForm:
    """The form of one request about so many people (0: not said), with what was `sent` of it."""
    fields: dict[str, Any] = {"kind": kind}
    if kind in FOR_PEOPLE and people > 1:
        label = _l("How many of the %(number)s", number=people)
        fields["count"] = whole_number_field(label, least=1, most=people, id=f"count-{kind}")
    form = type("ResultForm", (ResultForm,), fields)
    return cast(ResultForm, form() if sent else form(formdata=None))


class BailForm(VersionedForm):
    """Official cash bail. `key` makes the same form, sent twice, write it down once."""

    person = choice_field(_l("For whom"), required=False)
    amount = MoneyField(_l("Amount in KES"), validators=[required()])
    receipt = text_field(_l("Number of the receipt"), most=60, required=False)
    no_receipt = wtforms_BooleanField(_l("No receipt was given"))
    paid_on = DayField(_l("Paid on"), validators=[required()])
    paid_to = radio_field(_l("Paid to"), list(PLACE_NAMES.items()))
    place = choice_field(_l("Station"), required=False)
    place_name = text_field(
        _l("Court, or station that is not on the list"), most=120, required=False
    )
    returned_on = DayField(_l("Given back on"), validators=[Optional()])
    returned_amount = MoneyField(_l("Given back, in KES"))
    key = HiddenField()

    def offer(
        self,
        record: Record,
        stations: Sequence[tuple[str, str]],
        bail: CashBail | None = None,
        *,
        receipt_needed: bool = False,
    ) -> None:
        """Offer who is on record and the stations; show what is written down already."""
        self._record, self._bail = record, bail
        self._stations = dict(stations)
        if bail is not None and bail.place and bail.place not in self._stations:
            # A station that is on the list no longer stays with what names it.
            self._stations[bail.place] = bail.place_name or _("A former station")
        persons = [(person.id, person.code) for person in record.persons]
        self.person.choices = [("", _("Choose") if persons else _("Not said")), *persons]
        self.place.choices = [("", _("Not on the list")), *self._stations.items()]
        if receipt_needed:
            del self.no_receipt
        if not self.is_submitted():
            self._show(bail)
            if bail is None and len(persons) == 1:
                self.person.data = persons[0][0]
        key = self.key.data
        if not (0 < len(key) <= 16 and key.isascii() and key.isalnum()):
            self.key.data, self.key.raw_data = "b" + fresh_key("terms")[1:], None

    def _show(self, bail: CashBail | None) -> None:
        if bail is None:
            return
        for name in ("person", "receipt", "paid_on", "paid_to", "place", "returned_on"):
            self[name].data = getattr(bail, name)
        self.amount.data, self.returned_amount.data = bail.amount, bail.returned_amount
        self.place_name.data = "" if bail.place else bail.place_name
        if "no_receipt" in self:
            self.no_receipt.data = bool(bail.amount) and not bail.receipt

    def bail(self) -> CashBail:
        """Cash bail as it was typed."""
        court = self.paid_to.data == "court"
        place = "" if court else self.place.data
        return CashBail(
            id=self._bail.id if self._bail is not None else self.key.data,
            person=self.person.data,
            amount=self.amount.data or 0,
            receipt=self.receipt.data,
            paid_on=self.paid_on.data,
            paid_to=self.paid_to.data or "station",
            place=place,
            place_name=self._stations.get(place, self.place_name.data),
            returned_on=self.returned_on.data,
            returned_amount=self.returned_amount.data,
        )

    def check_together(self) -> None:
        """Besides each field: a receipt or that there is none, one place, and a way back that fits
        what was paid."""
        if self.place.data and (self.place_name.data or self.paid_to.data == "court"):
            self.mark_wrong(
                self.place, _("Choose a station, or write a court or another station, not both.")
            )
        none_given = bool(self.no_receipt.data) if "no_receipt" in self else False
        faults = wrong_with(
            self.bail(),
            self._record.bail,
            list(self._record.codes),
            local_today(),
            no_receipt=none_given,
        )
        for name, wrong in faults:
            if not self[name].errors:
                self.mark_wrong(self[name], WRONG_TEXTS[wrong])


class TakeOutForm(forms_KashForm):
    """Why a term that was set aside is no term."""

    term = HiddenField()
    reason = long_text_field(_l("Why"), most=2000, required=True, rows=3)


class ReportForm(VersionedForm):
    """Decision about a report, and a note of it: nothing is sent by it."""

    kind = radio_field(_l("What is decided"), list(NOTE_NAMES.items()))
    on = DayField(_l("Reported on"), validators=[Optional()])
    reported_by = text_field(_l("By whom"), most=120, required=False)
    reference = text_field(
        _l("Reference"),
        most=120,
        required=False,
        description=_l("What the commission gave as a number, or how it was reported."),
    )
    reason = long_text_field(_l("Why, and which paragraph of the policy"), most=2000, rows=3)

    def note(self) -> ReportNote:
        """Note as it was typed, without who and when."""
        reported = self.kind.data == "reported"
        return ReportNote(
            kind=self.kind.data or "",
            on=self.on.data if reported else None,
            reported_by=(self.reported_by.data) if reported else "",
            reference=(self.reference.data or "") if reported else "",
            reason=self.reason.data,
        )

    def check_together(self) -> None:
        """Besides each field: all that such a decision needs."""
        for name, missing in missing_of(self.note(), local_today()):
            self.mark_wrong(
                self[name],
                {
                    "enter": _("Enter this."),
                    "not_yet": _("This day has not come yet."),
                    "reason": _("Write why, with the paragraph of the policy."),
                }[missing],
            )


class PolicyForm(forms_KashForm):
    """The programme's written policy on reporting."""

    name = text_field(_l("What it is called"), most=120)
    dated_on = DayField(_l("Of which day"), [required(), has_come])
    checked_by = text_field(_l("Which lawyer wrote or checked it"), most=120)

    def policy(self) -> Policy:
        """Policy as it was typed."""
        return self.command(Policy)


def bail_from(term: Term, record: Record) -> CashBail:
    """Cash bail with all that can be taken over of a term that was set aside, to be looked
    through."""
    persons = set(record.codes)
    station = by_id(record.parties, term.owed_to)
    return CashBail(
        id="b" + fresh_key("terms")[1:],
        person=term.owed_by if term.owed_by in persons else "",
        amount=term.amount or 0,
        paid_on=term.fulfilled_on,
        place=station.station if station is not None else "",
        place_name=station.station_name if station is not None else "",
    )
