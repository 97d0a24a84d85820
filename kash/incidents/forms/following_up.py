"""Forms of following up beside the full form: referrals, terms, the choice of what a case file
holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Optional, ValidationError

from kash.incidents import names
from kash.incidents.forms.rows import fresh_key, offered
from kash.incidents.money_words import refusal_text
from kash.incidents.rules.asked_again import CourtPaper
from kash.incidents.rules.money import refusal_of
from kash.incidents.rules.record import Party, Term
from kash.platform.web.fields import MoneyField
from kash.platform.web.forms import (
    DayField,
    HiddenField,
    KashForm,
    SeveralField,
    choice_field,
    required,
    text_field,
)
from kash.platform.web.row_versions import LockedForm


def fresh_referral() -> str:
    """An id for a new referral."""
    return "r" + fresh_key("terms")[1:]


def _key_or_fresh(form: KashForm, fresh: str) -> None:
    key: Any = form["key"]
    text = key.data or ""
    if not (0 < len(text) <= 16 and text.isascii() and text.isalnum()):
        key.data, key.raw_data = fresh, None


def _has_come(form: KashForm, day: DayField, today: date) -> bool:
    if day.data and day.data > today:
        form.mark_wrong(day, _("This day has not come yet."))
        return False
    return True


class ReferralForm(KashForm):
    """The service that somebody is sent to. `key` makes the same form, sent twice, refer once."""

    kind = choice_field(_l("For what"), offered(names.REFERRAL_NAMES, _l("Choose")))
    service = choice_field(
        _l("Service"), required=False, description=_l("From the directory of services.")
    )
    service_name = text_field(_l("Or somebody who is not listed"), most=120, required=False)
    person = choice_field(_l("Who"), required=False)
    made_on = DayField(_l("Sent on"), validators=[required()])
    due_on = DayField(_l("To be there by"), validators=[Optional()])
    key = HiddenField()

    def offer(
        self, services: Sequence[tuple[str, str]], persons: Sequence[tuple[str, str]], today: date
    ) -> None:
        """Offer services and persons, and today as the day."""
        self.service.choices = [("", _("Choose")), *services]
        self.person.choices = [("", _("Everybody in the case")), *persons]
        self._today = today
        if not self.is_submitted():
            self.made_on.data = today
        _key_or_fresh(self, fresh_referral())

    def check_together(self) -> None:
        """Besides each field: one of two says where."""
        if not self.service.errors and not self.service.data and not self.service_name.data:
            self.mark_wrong(self.service, _("Choose a service, or write who it is."))

    def validate_made_on(self, field: DayField) -> None:
        """Not in the future."""
        if field.data and field.data > self._today:
            raise ValidationError(_("This day has not come yet."))

    def validate_due_on(self, field: DayField) -> None:
        """Not before it was made."""
        if field.data and self.made_on.data and field.data < self.made_on.data:
            raise ValidationError(_("This is before the day on which she was sent."))


class OutcomeForm(LockedForm):
    """How a referral went. `seen` is what the page showed of that."""

    referral = HiddenField()
    seen = HiddenField()
    outcome = choice_field(
        _l("How it went"),
        [(code, word) for code, word in names.REFERRAL_OUTCOME_NAMES.items()],
        required=False,
    )
    outcome_on = DayField(_l("Date"), validators=[Optional()])
    note = text_field(_l("Note"), most=300, required=False)

    def refuse_future(self, today: date) -> bool:
        """True if the day is one that has come; says so beside it if not."""
        return _has_come(self, self.outcome_on, today)


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
        validators=[Optional()],
        description=_l("Without it nothing is called settled. Ask her alone."),
    )
    key = HiddenField()

    def offer(self, sides: Sequence[tuple[str, str]], kinds: Sequence[str]) -> None:
        """Offer both sides of the case, and what may be agreed in it; any other kind that is sent
        is refused by a sentence of its own where it is added."""
        self.kind.choices = [("", _("Choose")), *((one, names.TERM_NAMES[one]) for one in kinds)]
        self.owed_by.choices = self.owed_to.choices = [("", _("Not said")), *sides]
        _key_or_fresh(self, fresh_key("terms"))

    def term(self) -> Term:
        """Term as it was agreed."""
        return Term(
            id=self.key.data or fresh_key("terms"),
            kind=self.kind.data,
            owed_by=self.owed_by.data,
            owed_to=self.owed_to.data,
            what=self.what.data,
            amount=self.amount.data,
            due_on=self.due_on.data,
            agreed_on=self.agreed_on.data,
        )

    def may_be_agreed(self, parties: Sequence[Party], today: date) -> bool:
        """True if it is a term in a case with these parties; says beside its field why not."""
        if not _has_come(self, self.agreed_on, today):
            return False
        refused = refusal_of(self.term(), parties)
        if refused is not None:
            self.mark_wrong(self[refused.field], refusal_text(refused.why))
        return refused is None

    def validate_kind(self, field: Any) -> None:
        """One that is known."""
        if field.data not in names.TERM_NAMES:
            raise ValidationError(_("Choose one from the list."))

    def validate_owed_to(self, field: Any) -> None:
        """Not by somebody to herself."""
        if field.data and field.data == self.owed_by.data:
            raise ValidationError(_("Nobody owes something to themselves. Choose the other side."))


class FulfilledForm(KashForm):
    """When a term was kept; an empty day says that it was not after all."""

    term = HiddenField()
    fulfilled_on = DayField(_l("Done on"), validators=[Optional()])
    agreed_on = DayField(_l("She agreed to it herself on"), validators=[Optional()])

    def refuse_future(self, today: date) -> bool:
        """True if the days are such as have come; says so beside each if not."""
        agreed = _has_come(self, self.agreed_on, today)
        return _has_come(self, self.fulfilled_on, today) and agreed


class CourtPaperForm(KashForm):
    """Paper for a court about which people were asked again."""

    paper = choice_field(_l("Who gets it, and for which case"), [])

    def offer_papers(self, papers: Iterable[CourtPaper]) -> None:
        """Offer the papers that people were asked about."""
        self._papers = {one.key: one for one in papers}
        self.paper.choices = [(key, one.receiver) for key, one in self._papers.items()]

    @property
    def court_paper(self) -> CourtPaper:
        """The paper that was chosen."""
        return self._papers[self.paper.data]


class CaseFileForm(CourtPaperForm):
    """Contents of a case file, to be chosen."""

    persons = SeveralField(_l("About whom"))
    narrative = BooleanField(_l("What happened, in her words"))
    referrals = BooleanField(_l("Referrals"))
    terms = BooleanField(_l("What was agreed"))
    sources = BooleanField(_l("From whom it is known"))
    identities = BooleanField(_l("Names and numbers, opened with my own keys"))

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
            raise ValidationError(_("Choose at least one person."))
