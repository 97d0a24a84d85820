"""The forms of those who work on a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError
from wtforms.validators import Optional

from kash.incidents import names
from kash.incidents.rules.record import Record
from kash.incidents.rules.still_open import endings_of
from kash.incidents.rules.workflow import STEPS, WITHOUT_ENDINGS
from kash.platform.web.forms import (
    BooleanField,
    DayField,
    HiddenField,
    KashForm,
    choice_field,
    long_text_field,
    radio_field,
    required,
    text_field,
)

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
                *(one for one in self.reason.validators if not isinstance(one, Optional)),
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
        "ending_fields": {one.id: f"ending_{one.id}" for one in record.persons}
    }
    for person in record.persons:
        endings = [(one, names.ENDING_NAMES[one]) for one in endings_of(record, person)]
        fields[f"ending_{person.id}"] = choice_field(
            person.code, [("", _l("Choose")), *endings], required=False
        )
    return type("ClosingForm", (StepForm,), fields)


class CommentForm(KashForm):
    """A few words to the others."""

    text = long_text_field(_l("Comment"), most=4000, required=True, rows=3)


class AssignForm(KashForm):
    """The holder of the case."""

    account = choice_field(_l("Who works on it"), required=False)


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
        born = self.born_on.data
        return {
            "legal_name": self.legal_name.data,
            "number": self.number.data,
            "born_on": born.isoformat() if born else "",
            "phone": self.phone.data,
            "address": self.address.data,
            "note": self.note.data,
        }


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
            "One name in each line, in every spelling that stands there. Only these words go, and"
            " a mark is left."
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
            (
                "court_order",
                _l("A withdrawal too, by a court’s order: a second member agrees"),
            ),
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
