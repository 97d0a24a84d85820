"""The answers of one person, or of everybody in a case, when the words are read out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from kash.incidents import names
from kash.incidents.consent_texts import VERSION
from kash.incidents.forms.versions import VersionedForm
from kash.incidents.rules.ages import BY_GUARDIAN
from kash.incidents.rules.asked_again import CourtPaper
from kash.incidents.rules.consents import PURPOSES, UNASKED, WISHED
from kash.incidents.services.consents import GuardiansAnswer
from kash.incidents.services.court_asks import AskedAgain
from kash.platform.web.forms import (
    DayField,
    HiddenField,
    SeveralField,
    radio_field,
    required,
    text_field,
)
from kash.platform.web.programme import LANGUAGES, REPORTING_LANGUAGES

YES, NO, NOT_ASKED = "yes", "no", "later"
ANSWER_NAMES: dict[str, Any] = {
    YES: _l("Yes"),
    NO: _l("No"),
    NOT_ASKED: _l("Not asked now"),
}
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
        """Besides each field: the words are still the same, how it is known, and that nothing is a
        yes that cannot be known in this way."""
        agreed = {purpose for purpose, given in self.answers().items() if given}
        if self.wording.data != VERSION:
            self.mark_wrong(
                self.wording,
                _("The words have changed since this page was opened. Read them out again."),
            )
        if not self.origin.data:
            self.mark_wrong(self.origin, _("Say how it is known."))
        elif self.origin.data == "herself" and not self.language.data:
            self.mark_wrong(self.language, _("Say in which language you read them out to her."))
        elif self.origin.data == "not_asked" and (
            not agreed <= UNASKED or len(agreed) < len(self.answers())
        ):
            self.mark_wrong(
                self.origin,
                _(
                    "If she could not be asked, nothing can be noted but a yes to asking a"
                    " mediator. Leave the rest as it is."
                ),
            )
        elif self.origin.data == "told_reporter" and not agreed <= WISHED:
            self.mark_wrong(
                self.origin,
                _(
                    "What she told somebody else is a wish: it is enough to keep the report and to"
                    " ask a mediator. For the rest, read the words out to her first."
                ),
            )

    def answers(self) -> dict[str, bool]:
        """Answers that were given, purpose by purpose; a purpose that was not asked is left out."""
        said = {purpose: self[purpose].data for purpose in PURPOSES}
        return {purpose: data == YES for purpose, data in said.items() if data in (YES, NO)}

    @property
    def read_out_in(self) -> str:
        """The language in which the words were read out to her; empty if they were not."""
        return (self.language.data or "") if self.origin.data == "herself" else ""

    def answers_typed(self) -> dict[str, str]:
        """Choices for each purpose, as they were sent, for the page to show again."""
        return {purpose: self[purpose].data or "" for purpose in PURPOSES}


class GuardianForm(VersionedForm):
    """A yes or a no for a child by whoever decides for her, and the paper that says so."""

    person = HiddenField()
    wording = HiddenField()
    court = _answer("court")
    health = _answer("health")
    origin = radio_field(_l("Who decides for her?"), list(names.GUARDIAN_NAMES.items()))
    paper = text_field(
        _l("By which paper"),
        most=200,
        description=_l("A signed form or an order: what it is, and its day. Keep the paper."),
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

    def said(self) -> GuardiansAnswer:
        """The answers that were given, by whom and by which paper."""
        said = {purpose: self[purpose].data for purpose in sorted(BY_GUARDIAN)}
        return GuardiansAnswer(
            self.person.data or "",
            {one: data == YES for one, data in said.items() if data in (YES, NO)},
            self.origin.data or "",
            self.paper.data or "",
            (self.language.data or "") if self.language.data in SPOKEN else "",
        )


class AskedAgainForm(VersionedForm):
    """All that people said who were asked again for one paper."""

    persons = SeveralField(_l("Who was asked"), choices=[])
    to_whom = text_field(_l("Who gets the paper"), most=120)
    about = text_field(_l("For which case"), most=200)
    on = DayField(_l("Day of asking"), validators=[required()])
    read_back_on = DayField(
        _l("Day on which what the paper says was read back to her"), validators=[Optional()]
    )
    language = radio_field(_l("In which language?"), list(SPOKEN.items()))
    answer = radio_field(_l("What she said herself"), [(YES, _l("Yes")), (NO, _l("No"))])

    def offer(self, persons: Sequence[tuple[str, str]], today: date, read_out_in: str) -> None:
        """Offer who can be asked again, today as the day, and the language that was chosen for the
        words."""
        self.persons.choices = list(persons)
        self._today = today
        if not self.is_submitted():
            self.on.data, self.language.data = today, read_out_in or None

    def check_together(self) -> None:
        """Besides each field: somebody was asked, no day is still to come, and before a yes what
        the paper says was read back."""
        if self.persons.choices and not self.persons.data and not self.persons.errors:
            self.mark_wrong(self.persons, _("Choose at least one person."))
        for day in (self.on, self.read_back_on):
            if day.data and day.data > self._today:
                self.mark_wrong(day, _("This day has not come yet."))
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
            on=self.on.data or self._today,
            read_back_on=self.read_back_on.data,
            language=self.language.data,
        )
