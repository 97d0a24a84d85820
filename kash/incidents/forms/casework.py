"""The forms of those who work on a case. Forms of officers on duty, and of drills. Forms of
following up beside the full form: referrals, terms, the choice of what a case file holds. Forms in
which members tell of evidence. Forms of limits of time: what came of them, and a try to hear of
somebody. Forms of the contact outside the programme. How her account was taken: a few questions,
each of which may stay open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField as wtforms_BooleanField
from wtforms import ValidationError
from wtforms.validators import Optional
from wtforms.validators import ValidationError as validators_ValidationError

from kash.incidents import names
from kash.incidents.filing_words import WHOSE as WHOSE_NAMES
from kash.incidents.forms.documentation import (
    SafetyForm,
    VersionedForm,
    fresh_key,
    has_come,
    offered,
)
from kash.incidents.names import CUSTODY_NAMES, SOURCE_NAMES
from kash.incidents.rules.case_file import CourtPaper
from kash.incidents.rules.casework import LONGEST_REASON, STEPS, WITHOUT_ENDINGS
from kash.incidents.rules.clocks import endings_of
from kash.incidents.rules.money import refusal_of
from kash.incidents.rules.one_line import RELEASED, CaseLine
from kash.incidents.rules.parts import FollowUp, Party, Person, Term
from kash.incidents.rules.record import Record, Taking
from kash.incidents.rules.totals import MOST_DRILLS, NOTED_BY_HAND, OnRoster
from kash.incidents.services.documentation import FIELDS, WhatCame
from kash.incidents.services.evidence import Received
from kash.incidents.wording import (
    INTERPRETER_NAMES,
    PRESENT_NAMES,
    READ_BACK_NAMES,
    TOLD_BEFORE_NAMES,
    refusal_text,
)
from kash.people.forms import WeekForm
from kash.platform.web import KashForm as web_KashForm
from kash.platform.web.fields import (
    DayField,
    HiddenField,
    MomentField,
    MoneyField,
    PhoneField,
    SeveralField,
    clean_text,
    number_as_read,
)
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    BooleanField,
    KashForm,
    choice_field,
    long_text_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import LockedForm, RowVersionForm

# Fewer letters stand in every text.
_SHORTEST = 2


class StepForm(KashForm):
    """One step of a case. Fields that a step does not ask for are taken away."""

    outcome = choice_field(_l("What came of it"))
    urgent = BooleanField(_l("It cannot wait"))
    reason = long_text_field(_l("Why"), most=4000)
    version = HiddenField()

    # By ids of persons, the name of the field that asks how it ended for her.
    ending_fields: Mapping[str, str] = {}

    @property
    def endings(self) -> dict[str, str]:
        """Endings that were chosen, by ids of persons."""
        chosen = {person: self[name].data for person, name in self.ending_fields.items()}
        return {person: ending for person, ending in chosen.items() if ending}

    def say_all_endings(self) -> bool:
        """True if it was said how it ended for everybody, or need not be; says beside each field
        that it is missing."""
        if not self.ending_fields or self.outcome.data in WITHOUT_ENDINGS:
            return True
        missing = set(self.ending_fields) - set(self.endings)
        for person in missing:
            self.mark_wrong(self[self.ending_fields[person]], _("Say how it ended."))
        return not missing

    def fit(
        self, verb: str, outcomes: Sequence[tuple[str, Any]], *, asks_why: bool = False
    ) -> None:
        """Ask only for what this step needs. `asks_why`: for a reason, though others need none."""
        if verb != "triage":
            del self.urgent
        if verb == "close":
            self.outcome.choices = [("", _("Choose")), *outcomes]
        else:
            del self.outcome
        if STEPS[verb].asks_reason or asks_why:
            self.reason.validators = [
                required(_l("Write the reason.")),
                *(
                    validator
                    for validator in self.reason.validators
                    if not isinstance(validator, Optional)
                ),
            ]
            self.reason.flags.required = True

    @property
    def version_shown(self) -> int | None:
        """The version of the record that was shown, if it is one."""
        text = self.version.data
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def closing_form(record: Record) -> type[StepForm]:
    """The form of closing a case: how it ended for each person, of what is on record of her."""
    fields: dict[str, Any] = {
        "ending_fields": {person.id: f"ending_{person.id}" for person in record.persons}
    }
    for person in record.persons:
        endings = [(ending, names.ENDING_NAMES[ending]) for ending in endings_of(record, person)]
        fields[f"ending_{person.id}"] = choice_field(
            person.code, [("", _l("Choose")), *endings], required=False
        )
    return type("ClosingForm", (StepForm,), fields)


class CommentForm(KashForm):
    """A few words to the others."""

    text = long_text_field(_l("Comment"), most=4000, required=True, rows=3)


class CaseLineForm(KashForm):
    """One line of what came of a case: a button for each who is free (`free`, her id), or one of
    the others from a list; and when, if not now. `sure`: she knows that it cannot be taken back."""

    free = HiddenField()
    line = choice_field(_l("What came of it"), required=False)
    at = MomentField(_l("When, if not now"), [Optional()])
    sure = HiddenField()

    def offer(self, lines: Sequence[tuple[CaseLine, str]]) -> None:
        """Offer these lines, each with its words."""
        listed = [(":".join(line), text) for line, text in lines if line.what != RELEASED]
        self.line.choices = [("", _("Choose")), *listed]

    def said(self) -> CaseLine:
        """The line that was chosen."""
        if self.free.data:
            return CaseLine(RELEASED, self.free.data)
        what, _colon, about = self.line.data.partition(":")
        return CaseLine(what, about)

    def check_together(self) -> None:
        """Besides each field: one line."""
        if not (self.free.data or self.line.data or self.line.errors):
            self.mark_wrong(self.line, _("Choose what came of it."))


class AssignForm(KashForm):
    """The holder of the case."""

    account = choice_field(_l("Who works on it"), required=False)


class ShiftForm(KashForm):
    """Cases that go to the next on duty, and a line for her."""

    cases = SeveralField(_l("Cases"), coerce=str)
    line = text_field(_l("What she has to know"), most=300)

    def check_together(self) -> None:
        """Some case."""
        if not self.cases.data:
            self.mark_wrong(self.cases, _("Choose at least one case."))


class IdentityForm(KashForm):
    """An identity. Nothing need be known."""

    legal_name = text_field(_l("Legal name"), most=200, required=False)
    number = text_field(_l("Number of a document"), most=60, required=False)
    born_on = DayField(_l("Born on"), validators=[Optional()])
    phone = text_field(_l("Phone"), most=60, required=False)
    address = text_field(_l("Where she can be found"), most=300, required=False)
    note = long_text_field(_l("Note"), most=2000)
    reason = long_text_field(_l("Why it is replaced"), most=2000, required=False, rows=2)
    replaces = False

    def check_together(self) -> None:
        """All that is sealed already is replaced for a reason."""
        if self.replaces and not self.reason.data:
            self.mark_wrong(self.reason, _("Write the reason."))

    def facts(self) -> dict[str, str]:
        """Facts as they were said, as text."""
        return {name: str(self[name].data or "") for name in FIELDS}


class AskIdentityForm(KashForm):
    """Why an officer needs to know who somebody is."""

    reason = long_text_field(_l("Why do you need to know?"), most=2000, required=True)


class WhyForm(KashForm):
    """Reason for something that takes a second member."""

    reason = long_text_field(_l("Why"), most=4000, required=True, rows=3)


class RedactForm(WhyForm):
    """Words to be taken out, one name or phrase in each line, and why."""

    words = long_text_field(
        _l("Words to take out"),
        most=2000,
        required=True,
        rows=2,
        description=_l(
            "One name in each line, in every spelling. Only these words go, and a mark is left."
        ),
    )

    def validate_words(self, field: Any) -> None:
        """Each line is a word: signs alone stand everywhere."""
        for line in self.lines():
            if sum(sign.isalnum() for sign in line) < _SHORTEST:
                raise ValidationError(_("Write at least two letters in each line."))

    def lines(self) -> list[str]:
        """The words or phrases, each once."""
        lines = (" ".join(line.split()) for line in (self.words.data or "").splitlines())
        return [line for line in dict.fromkeys(lines) if line]


class HoldForm(WhyForm):
    """Hold on a case: against officers, or with a paper against a withdrawal too."""

    paper = radio_field(
        _l("What the hold stands against"),
        [
            ("", _l("Officers only: it holds at once")),
            ("court_order", _l("A withdrawal too, by a court’s order: a second member agrees")),
            ("summons", _l("A withdrawal too, by a summons: a second member agrees")),
        ],
        required=False,
        default="",
    )
    details = text_field(_l("Court, number and day of the paper"), most=300, required=False)

    def check_together(self) -> None:
        """A paper is named."""
        if self.paper.data and not self.details.data:
            self.mark_wrong(self.details, _("Say which court, number and day."))


class SecondForm(KashForm):
    """A second member's answer: she agrees, or refuses with the reason."""

    answer = radio_field(
        _l("What you decide"), [("agree", _l("I agree")), ("refuse", _l("I refuse"))]
    )
    reason = long_text_field(_l("Why, if you refuse"), most=4000, required=False, rows=3)

    def check_together(self) -> None:
        """A refusal has a reason."""
        refuses = "answer" not in self or self.answer.data == "refuse"
        if refuses and not self.reason.data:
            self.mark_wrong(self.reason, _("Write the reason."))


class ShredForm(WhyForm):
    """Reason for shredding a case, and the beginning of its reference, typed."""

    typed = text_field(_l("Type the first four signs of the reference"), most=8)

    def __init__(self, reference: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reference = reference

    def validate_typed(self, field: Any) -> None:
        """It must be the beginning of this very reference."""
        if (field.data or "").strip().casefold() != self.reference[:4]:
            raise ValidationError(_("These are not the first four signs."))


class FindLinkForm(KashForm):
    """Words by which a case, workshop or meeting is looked for."""

    words = text_field(_l("Words"), most=200, required=False)


class ViewNameForm(KashForm):
    """The name of a saved view."""

    name = text_field(_l("Name of the view"), most=80)
    shared = BooleanField(_l("Everybody with keys may use it"))


LAST_PLACE = 99


class OfficerForm(WeekForm):
    """An officer's place in the order, and her hours."""

    position = whole_number_field(_l("Place in the order"), least=1, most=LAST_PLACE)
    phone = PhoneField(_l("Number for this duty"))
    active = BooleanField(_l("On duty"), default=True)

    def fill(self, found: OnRoster, phone: str) -> None:
        """Show what is kept."""
        self.phone.data = phone
        self.position.data, self.active.data = min(found.position, LAST_PLACE), found.active
        self.fill_week(found.stretches)


class NumberForm(web_KashForm):
    """The number at which the phone of a custodian or a director rings."""

    phone = PhoneField(_l("Number for this duty"))


class DrillsForm(web_KashForm):
    """How many drills come."""

    drills = whole_number_field(_l("Drills a week, on average"), least=0, most=MOST_DRILLS)


class DutyNumberForm(web_KashForm):
    """The programme's own number, which another person agrees to; empty for none."""

    number = PhoneField(_l("The programme’s number"))


def fresh_referral() -> str:
    """An id for a new referral."""
    return "r" + fresh_key("terms")[1:]


def _key_or_fresh(form: KashForm, fresh: str) -> None:
    key: Any = form["key"]
    text = key.data or ""
    if not (0 < len(text) <= 16 and text.isascii() and text.isalnum()):
        key.data, key.raw_data = fresh, None


class ReferralForm(SafetyForm):
    """The service that somebody is sent to. `key` makes the same form, sent twice, refer once."""

    kind = choice_field(_l("For what"), offered(names.REFERRAL_NAMES, _l("Choose")))
    service = choice_field(
        _l("Service"), required=False, description=_l("From the directory of services.")
    )
    service_name = text_field(_l("Or somebody who is not listed"), most=120, required=False)
    person = choice_field(_l("Who"), required=False)
    agreed = radio_field(
        _l("Does she say yes to this one?"), list(names.REFERRAL_CONSENT_NAMES.items())
    )
    made_on = DayField(_l("Sent on"), [required(), has_come], default=local_today)
    due_on = DayField(
        _l("To be there by"),
        validators=[Optional()],
        description=_l("If empty: tomorrow for medicine that has its hours, else in three days."),
    )
    key = HiddenField()

    def offer(
        self, services: Sequence[tuple[str, str]], persons: Sequence[tuple[str, str]]
    ) -> None:
        """Offer services and persons."""
        self.service.choices = [("", _("Choose")), *services]
        self.person.choices = [("", _("Everybody in the case")), *persons]
        _key_or_fresh(self, fresh_referral())

    def check_together(self) -> None:
        """Besides each field: one of two says where."""
        super().check_together()
        if not self.service.errors and not self.service.data and not self.service_name.data:
            self.mark_wrong(self.service, _("Choose a service, or write who it is."))

    def validate_due_on(self, field: DayField) -> None:
        """Not before it was made."""
        if field.data and self.made_on.data and field.data < self.made_on.data:
            raise validators_ValidationError(_("This is before the day on which she was sent."))


class OutcomeForm(LockedForm):
    """How a referral went; its buttons say it. `seen` is what the page showed of that."""

    referral = HiddenField()
    seen = HiddenField()
    outcome = choice_field(
        _l("How it went"),
        [
            ("", _l("Not known yet")),
            ("reached", names.REFERRAL_OUTCOME_NAMES["reached"]),
            *names.REFERRAL_BUTTONS.items(),
        ],
        required=False,
    )
    outcome_on = DayField(_l("On which day, if not today"), [Optional(), has_come])
    note = text_field(_l("Why not, or a note"), most=300, required=False)

    def check_together(self) -> None:
        """Why, if nothing came of it."""
        if self.outcome.data in ("refused", "not_reached") and not self.note.data:
            self.mark_wrong(self.note, _("Write why not."))


_YES_OR_NO = [("", _l("Not asked")), ("yes", _l("Yes")), ("no", _l("No"))]


class ContactForm(VersionedForm):
    """How she is reached safely, and if she agreed to be asked how she is."""

    number = text_field(_l("Number"), most=60, required=False)
    whose = choice_field(
        _l("Whose it is"), [("", _l("Not said")), *WHOSE_NAMES.items()], required=False
    )
    hours = text_field(_l("Safe hours"), most=120, required=False)
    code_word = text_field(_l("Code word"), most=60, required=False)
    who_answers = text_field(_l("Who else answers"), most=120, required=False)
    voicemail = choice_field(_l("Is voicemail safe?"), _YES_OR_NO, required=False)
    ask_again = choice_field(
        _l("May she be asked after 7 and 30 days?"), _YES_OR_NO, required=False
    )
    ask_from = DayField(_l("Counted from"), [Optional(), has_come])

    def contact(self) -> dict[str, Any]:
        """The fields as they were typed; the days count from today unless another is said."""
        typed = {name: self[name].data for name in CONTACT_FIELDS}
        typed["number"] = number_as_read(typed["number"]) or typed["number"]
        if typed["ask_again"] == "yes":
            typed["ask_from"] = typed["ask_from"] or local_today()
        return typed


CONTACT_FIELDS = (
    *("number", "whose", "hours", "code_word", "who_answers", "voicemail"),
    *("ask_again", "ask_from"),
)


class FollowUpForm(KashForm):
    """How she is. `key` makes the same form, sent twice, note it once."""

    key = HiddenField()
    safe = radio_field(_l("Is she safe where she is?"), list(names.SAFE_NAMES.items()))
    retaliation = radio_field(
        _l("Was there retaliation?"), [("yes", _l("Yes")), ("no", _l("No"))], required=False
    )
    to_do = long_text_field(_l("What is to be done?"), most=2000, rows=3)

    def check_together(self) -> None:
        """Of somebody who was reached both are said, and what is to be done if she is not safe."""
        reached = self.safe.data in ("yes", "no")
        if reached and not self.retaliation.data:
            self.mark_wrong(self.retaliation, _("Choose one."))
        if self.safe.data == "no" and not self.to_do.data:
            self.mark_wrong(self.to_do, _("Write what is to be done."))

    def fit(self) -> None:
        """Give a new page its own key."""
        _key_or_fresh(self, "f" + fresh_key("terms")[1:])

    def asked(self, by: str, at: datetime) -> FollowUp:
        """Her answers, as an account noted them at a moment."""
        typed = {name: self[name].data for name in ("safe", "to_do")}
        on, told = local_today(), self.retaliation.data or ""
        return FollowUp(id=self.key.data, by=by, at=at, on=on, retaliation=told, **typed)


class TermForm(KashForm):
    """Term that was agreed. `key` makes the same form, sent twice, add one term."""

    kind = choice_field(_l("What"), offered(names.TERM_NAMES, _l("Choose")), validate_choice=False)
    owed_by = choice_field(_l("Owed by"), required=False)
    owed_to = choice_field(_l("Owed to"), required=False)
    what = text_field(_l("In words"), most=300, required=False)
    amount = MoneyField(_l("Amount in KES"))
    due_on = DayField(_l("By when"), validators=[Optional()])
    agreed_on = DayField(
        _l("She agreed to it herself on"),
        [Optional(), has_come],
        description=_l("Without it nothing is called settled. Ask her alone."),
    )
    key = HiddenField()

    def offer(self, sides: Sequence[tuple[str, str]], kinds: Sequence[str]) -> None:
        """Offer both sides of the case, and what may be agreed in it; any other kind that is sent
        is refused by a sentence of its own where it is added."""
        self.kind.choices = [("", _("Choose")), *((kind, names.TERM_NAMES[kind]) for kind in kinds)]
        self.owed_by.choices = self.owed_to.choices = [("", _("Not said")), *sides]
        _key_or_fresh(self, fresh_key("terms"))

    def term(self) -> Term:
        """Term as it was agreed."""
        names_of = ("kind", "owed_by", "owed_to", "what", "amount", "due_on", "agreed_on")
        values: dict[str, Any] = {name: self[name].data for name in names_of}
        return Term(id=self.key.data or fresh_key("terms"), **values)

    def may_be_agreed(self, parties: Sequence[Party]) -> bool:
        """True if it is a term in a case with these parties; says beside its field why not."""
        refused = refusal_of(self.term(), parties)
        if refused is not None:
            self.mark_wrong(self[refused.field], refusal_text(refused.why))
        return refused is None

    def validate_kind(self, field: Any) -> None:
        """One that is known."""
        if field.data not in names.TERM_NAMES:
            raise validators_ValidationError(_("Choose one from the list."))

    def validate_owed_to(self, field: Any) -> None:
        """Not by somebody to herself."""
        if field.data and field.data == self.owed_by.data:
            raise validators_ValidationError(
                _("Nobody owes something to themselves. Choose the other side.")
            )


class FulfilledForm(KashForm):
    """When a term was kept; an empty day says that it was not after all."""

    term = HiddenField()
    fulfilled_on = DayField(_l("Done on"), [Optional(), has_come])
    agreed_on = DayField(_l("She agreed to it herself on"), [Optional(), has_come])


class CourtPaperForm(KashForm):
    """Paper for a court about which people were asked again."""

    paper = choice_field(_l("Who gets it, and for which case"), [])

    def offer_papers(self, papers: Iterable[CourtPaper]) -> None:
        """Offer the papers that people were asked about."""
        self._papers = {paper.key: paper for paper in papers}
        self.paper.choices = [(key, paper.receiver) for key, paper in self._papers.items()]

    @property
    def court_paper(self) -> CourtPaper:
        """The paper that was chosen."""
        return self._papers[self.paper.data]


class CaseFileForm(CourtPaperForm):
    """Contents of a case file, to be chosen."""

    persons = SeveralField(_l("About which persons"))
    narrative = wtforms_BooleanField(_l("What happened, in her words"))
    referrals = wtforms_BooleanField(_l("Referrals"))
    terms = wtforms_BooleanField(_l("What was agreed"))
    sources = wtforms_BooleanField(_l("Who told of it"))
    identities = wtforms_BooleanField(_l("Names and numbers, opened with my own keys"))

    def offer(self, persons: Sequence[tuple[str, str]], papers: Sequence[CourtPaper]) -> None:
        """Offer who agreed, all of them to begin with, and the words left out; and the papers that
        people were asked about."""
        self.offer_papers(papers)
        self.persons.choices = list(persons)
        if not self.is_submitted():
            self.persons.data = [key for key, _code in persons]

    def validate_persons(self, field: Any) -> None:
        """At least one, if anybody is on record."""
        if self.persons.choices and not field.data:
            raise validators_ValidationError(_("Choose at least one person."))


_MOST_NAME = 200


class LabelForm(web_KashForm):
    """Label of a piece of evidence: what it shows."""

    label = text_field(_l("Label"), required=False)
    note = long_text_field(_l("Note"), required=False, rows=3)


class ChangedLabelForm(LabelForm, LockedForm):
    """Label and note that are there already. `seen` is what the page showed of them."""

    seen = HiddenField()
    shows = SeveralField(_l("Who it shows or names"))

    def offer(self, persons: Sequence[tuple[str, str]], shows: Sequence[str]) -> None:
        """Offer the persons of the case, by id and code; ticked are those it shows."""
        self.shows.choices = list(persons)
        if not self.is_submitted():
            self.shows.data = list(shows)


class EvidenceForm(LabelForm):
    """A file that is added: who it was received from, and when."""

    received_from = text_field(_l("Received from"), most=200, required=False)
    received_on = MomentField(_l("Received on"))

    def received(self, uploaded_name: str) -> Received:
        """Receipt of the file as it was told, with the name that it had."""
        return self.command(Received, uploaded_name=clean_text(uploaded_name)[:_MOST_NAME])


class SmallFileForm(EvidenceForm):
    """The same with a small file in the form itself, for browsers that run no script."""

    file = FileField(_l("File"))

    def validate_file(self, field: FileField) -> None:
        """A file is needed."""
        if not field.data or not field.data.filename:
            raise validators_ValidationError(_("Choose a file."))

    def content(self) -> tuple[BinaryIO, str]:
        """The file, which lies in memory only, and its name."""
        return self.file.data.stream, self.file.data.filename or ""


class CustodyForm(web_KashForm):
    """A step of custody that happened outside Kash."""

    what = choice_field(_l("What happened"))
    who = text_field(_l("Who gave or got it"), most=200, required=False)
    on = MomentField(_l("When"))
    more = long_text_field(_l("Anything else"), most=2000, required=False, rows=2)

    def offer(self) -> None:
        """Set what can be chosen."""
        names = [(what, CUSTODY_NAMES[what]) for what in NOTED_BY_HAND]
        self.what.choices = [("", _("Choose")), *names]


class ExportForm(CourtPaperForm):
    """Receiver of an original, and why."""

    more = long_text_field(_l("What for"), most=2000, required=False, rows=2)


class AccountForm(CourtPaperForm):
    """Receiver of a first account, and why, which its sheet says."""

    more = long_text_field(_l("What for"), most=2000, required=True, rows=2)


class CustodySheetForm(CourtPaperForm):
    """Custody sheet."""

    words = BooleanField(_l("Print the label, the notes and the names of people too"))


class LimitsForm(RowVersionForm):
    """All that came of the limits of one person."""

    arrested_on = DayField(
        _l("Arrested on, if the hour is not known"),
        [Optional(), has_come],
        description=_l("Counts from 00:00 of that day."),
    )
    before_court_at = MomentField(_l("Before a court at"), [has_come])
    court = text_field(_l("Which court"), most=120, required=False)
    court_result = choice_field(
        _l("What the court said"), offered(names.COURT_RESULT_NAMES, _l("Not said")), required=False
    )
    released_at = MomentField(_l("Let go at"), [has_come])
    pep = choice_field(
        _l("Medicine against HIV (PEP)"),
        offered(names.LIMIT_RESULT_NAMES, _l("Not said")),
        required=False,
    )
    contraception = choice_field(
        _l("Emergency contraception"),
        offered(names.LIMIT_RESULT_NAMES, _l("Not said")),
        required=False,
    )

    def said(self, person: str) -> WhatCame:
        """All that was entered of a person (an id)."""
        return self.command(WhatCame, person=person)

    def validate_before_court_at(self, field: Any) -> None:
        """A moment where a court or a result is named."""
        if (self.court.data or self.court_result.data) and not (field.data or field.errors):
            raise validators_ValidationError(_("Enter the day and the hour, about is enough."))


def limits_form(person: Person, version: int) -> LimitsForm:
    """The form of a person as it stands on record."""
    form = LimitsForm(
        formdata=None,
        before_court_at=person.before_court_at,
        court=person.court,
        court_result=person.court_result,
        released_at=person.released_at,
        pep=person.limits.get("pep", ""),
        contraception=person.limits.get("contraception", ""),
    )
    form.row_version.data = str(version)
    return form


class TryForm(KashForm):
    """A try to hear of somebody who is held."""

    what = text_field(
        _l("Who you asked, and what they said"),
        most=300,
        description=_l("Such as the station, the court, the prison, a hospital or the family."),
    )
    heard = BooleanField(
        _l("She was heard of"),
        description=_l("Then nothing counts, or waits, that says nobody knows where she is."),
    )


class OutsideForm(web_KashForm):
    """Contact outside: who it is, and how to reach them."""

    name = text_field(_l("Name"), most=120)
    reach = text_field(_l("How to reach them"), most=200)


class TakingForm(VersionedForm):
    """Taking of an account: all that is asked about the interview. `version` says what the page
    showed."""

    language = text_field(_l("In which language she told it"), most=60, required=False)
    told_by = choice_field(_l("Who told it"), offered(SOURCE_NAMES, _l("Not said")), required=False)
    interpreter = choice_field(
        _l("Who interpreted"), offered(INTERPRETER_NAMES, _l("Not said")), required=False
    )
    read_back = choice_field(
        _l("Was it read back to her?"), offered(READ_BACK_NAMES, _l("Not said")), required=False
    )
    present = SeveralField(_l("Who else was there"), choices=list(PRESENT_NAMES.items()))
    told_before = SeveralField(
        _l("Who she had told it to before"), choices=list(TOLD_BEFORE_NAMES.items())
    )
    why = text_field(_l("Why it is changed"), most=LONGEST_REASON, required=False)

    def validate_present(self, field: Any) -> None:
        """Nobody, or somebody."""
        _nobody_alone(field)

    def validate_told_before(self, field: Any) -> None:
        """Nobody, or somebody."""
        _nobody_alone(field)

    def taking(self) -> Taking:
        """Taking as it was told."""
        return Taking(**{name: self[name].data for name in Taking.model_fields})


def _nobody_alone(field: Any) -> None:
    if "nobody" in (field.data or ()) and len(field.data) > 1:
        raise validators_ValidationError(_("Either nobody, or those who are ticked."))
