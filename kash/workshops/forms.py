"""How the fixed values of this feature read to a person. Forms for a workshop, its sessions, its
costs and the people at the door."""

from __future__ import annotations

from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import Form, FormField, ValidationError
from wtforms.validators import Optional

from kash.attendance.rules.marking import LONGEST_CORRECTION
from kash.attendance.rules.registers import Conduct, Oddity
from kash.people.forms import NamedForm
from kash.people.rules.persons import AGE_BANDS
from kash.people.words import AGE_BAND, SEX
from kash.platform.web.fields import (
    DayField,
    HiddenField,
    NewIdField,
    RowsField,
    SeveralField,
    TimeOfDayField,
)
from kash.platform.web.formats import hours_text, moment_text, time_text
from kash.platform.web.forms import (
    BooleanField,
    KashForm,
    choice_field,
    long_text_field,
    no_control_characters,
    radio_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm
from kash.training.rules.courses import MOST_ROWS
from kash.workshops.rules import (
    DAYS_BEFORE,
    LEAST_MINUTES,
    MOST_DAYS,
    MOST_MINUTES,
    OFFER_HOURS,
    Break,
    EnrolmentState,
    LeftOutReason,
    Reached,
    Stage,
    Standstill,
    StayReason,
)

ENROLMENT: dict[EnrolmentState, Any] = {
    EnrolmentState.INVITED: _l("Invited"),
    EnrolmentState.CONFIRMED: _l("Confirmed"),
    EnrolmentState.WAITING: _l("Waiting"),
    EnrolmentState.DECLINED: _l("Declined"),
    EnrolmentState.WITHDRAWN: _l("Withdrawn"),
}
ENROLMENT_TONE = {
    EnrolmentState.INVITED: "",
    EnrolmentState.CONFIRMED: "good",
    EnrolmentState.WAITING: "warn",
    EnrolmentState.DECLINED: "bad",
    EnrolmentState.WITHDRAWN: "bad",
}
# What a button says that makes an enrolment become this.
MOVE: dict[EnrolmentState, Any] = {
    EnrolmentState.CONFIRMED: _l("Confirm"),
    EnrolmentState.DECLINED: _l("Declined"),
    EnrolmentState.INVITED: _l("Invite again"),
    EnrolmentState.WITHDRAWN: _l("Withdraw"),
}
PAUSE: dict[Break, Any] = {Break.TEA: _l("Tea"), Break.LUNCH: _l("Lunch"), Break.OTHER: _l("Break")}
STAGE: dict[Stage, Any] = {
    Stage.PLANNED: _l("Planned"),
    Stage.RUNNING: _l("Running"),
    Stage.OVER: _l("Over"),
    Stage.CANCELLED: _l("Cancelled"),
}
STAGE_TONE = {Stage.PLANNED: "", Stage.RUNNING: "live", Stage.OVER: "good", Stage.CANCELLED: "bad"}
LEFT_OUT: dict[LeftOutReason, Any] = {
    LeftOutReason.TIME: _l("Time was short"),
    LeftOutReason.KNOWN: _l("They knew it already"),
    LeftOutReason.UNSAFE: _l("It would have upset or endangered somebody"),
    LeftOutReason.MISSING: _l("Something was missing: material, power, a person"),
    LeftOutReason.WISHES: _l("The group wished otherwise"),
    LeftOutReason.OTHER: _l("Another reason"),
}
REACHED: dict[Reached, Any] = {
    Reached.REACHED: _l("Reached"),
    Reached.PARTLY: _l("Partly"),
    Reached.NOT_TAUGHT: _l("Not taught"),
}


def enrolment_word(state: EnrolmentState) -> str:
    """An enrolment's state in a word."""
    return str(ENROLMENT[state])


def pause_word(kind: Break) -> str:
    """A pause in a word."""
    return str(PAUSE[kind])


def oddity_sentence(held: Conduct, oddity: Oddity) -> str:
    """Sentence on an oddity of a register that wants a look."""
    if oddity is Oddity.CLOSED_BEFORE:
        return _("Closed before it began.")
    if oddity is Oddity.CLOSED_EARLY:
        return _(
            "Closed after %(length)s; planned: %(planned)s.",
            length=hours_text(held.minutes_in),
            planned=hours_text(held.minutes),
        )
    if oddity is Oddity.BROUGHT_FORWARD:
        return _(
            "Moved at short notice, and closed before it would have ended as planned: %(when)s.",
            when=moment_text(held.planned_end) if held.planned_end else "–",
        )
    if oddity is Oddity.MARKED_BEFORE:
        return _("Marked before it began.")
    if oddity is Oddity.ALL_AT_ONCE:
        return _(
            "Everybody was marked as being there in one moment, at %(time)s.",
            time=time_text(held.first_mark) if held.first_mark else "–",
        )
    return _(
        "Shorter than in the course: %(length)s instead of %(taught)s.",
        length=hours_text(held.minutes),
        taught=hours_text(held.taught),
    )


def standstill_sentence(reason: StayReason) -> str:
    """Why nobody on the waiting list moved up."""
    if reason.why is Standstill.EMPTY:
        return _("Nobody waits.")
    if reason.why is Standstill.NO_SEAT:
        return _("No seat is free.")
    if reason.why is Standstill.OFFERED:
        return _(
            "A seat is held for an answer. Offers: %(count)s; the first stands until %(moment)s.",
            count=reason.people,
            moment=moment_text(reason.until),
        )
    if reason.why is Standstill.UNDER_AGE:
        return _("Passed over, because they are under 18: %(count)s.", count=reason.people)
    if reason.why is Standstill.LAPSED:
        return _(
            "Left an offer unanswered and are asked no more by themselves: %(count)s.",
            count=reason.people,
        )
    return _("You can give a seat to somebody who waits.")


def left_out_word(reason: str) -> str:
    """Why a step was left out."""
    return str(LEFT_OUT[LeftOutReason(reason)])


def reached_word(reached: str) -> str:
    """How far an objective was reached."""
    return str(REACHED[Reached(reached)])


FUNDER_LINES = 4
LONGEST_WORDS = 200
LONGEST_NOTES = 2000
Value = TypeVar("Value")


def given(value: Value | None) -> Value:
    """Value of a required field once its form was found valid."""
    if value is None:
        raise ValueError("a required field is empty though its form is valid")
    return value


def whole_number(text: str | None, otherwise: int) -> int:
    """A hidden number as it came, or something that fits no row version."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


class _Days(KashForm):
    title = text_field(
        _l("Title"),
        most=160,
        required=False,
        description=_l("No names of people. Left empty, it is the course's public title."),
    )
    starts_on = DayField(_l("First day"), validators=[required()])
    ends_on = DayField(_l("Last day"), validators=[required()])
    day_starts_at = TimeOfDayField(_l("A day begins at"), validators=[required()])
    day_ends_at = TimeOfDayField(_l("A day ends at"), validators=[required()])
    venue = choice_field(_l("Venue"), required=False)
    new_venue = text_field(
        _l("Or a new venue"), required=False, description=_l("For example: Hall B, Sample Centre")
    )
    new_venue_place = text_field(_l("Where the new venue is"), required=False)
    capacity = whole_number_field(
        _l("Seats"),
        least=1,
        most=1000,
        required=False,
        description=_l("Who is enrolled beyond them waits."),
    )
    facilitators = SeveralField(_l("Trainers"), validators=[Optional()], choices=[])
    lead = choice_field(_l("Who leads"), required=False)

    def check_together(self) -> None:
        """Also: days in order and not too many, and a day that ends after it begins."""
        first, last = self.starts_on.data, self.ends_on.data
        if first and last and not self.ends_on.errors:
            if last < first:
                self.mark_wrong(self.ends_on, _("The last day is before the first."))
            elif (last - first).days >= MOST_DAYS:
                self.mark_wrong(
                    self.ends_on, _("A workshop takes at most %(days)s days.", days=MOST_DAYS)
                )
        begins, ends = self.day_starts_at.data, self.day_ends_at.data
        if begins and ends and ends <= begins:
            self.mark_wrong(self.day_ends_at, _("A day must end after it begins."))


class NewWorkshopForm(_Days):
    """A workshop to be planned. `key` makes the same form, sent twice, plan one workshop. A new
    course that is typed goes before the `version` that is chosen."""

    version = choice_field(_l("What is taught"), required=False)
    course = text_field(
        _l("Title on certificates"),
        most=120,
        required=False,
        description=_l("Keep it neutral: a stranger must not learn from it who takes part."),
    )
    language = choice_field(_l("Language"), required=False)
    outline = long_text_field(
        _l("Sessions, a line each, minutes last"),
        most=8000,
        required=False,
        description=_l("For example: What the law says 60"),
    )
    as_delivered = BooleanField(
        _l("Lay sessions out in the time that they really take"),
        description=_l(
            "The median of the last six times that each was taught, up to five minutes; as planned"
            " where it never was."
        ),
    )
    key = NewIdField()

    def check_together(self) -> None:
        """Also: a course that is there, or the title and sessions of a new one."""
        super().check_together()
        for field in (self.course, self.outline):
            if self.writes_course and not field.data:
                self.mark_wrong(field, _("Fill this in, or choose a course above."))

    @property
    def writes_course(self) -> bool:
        """True if the workshop is planned from a new course."""
        return bool(self.course.data or self.outline.data or not self.version.data)


class TalkForm(KashForm):
    """A short talk that was held. `key` makes the same form, sent twice, keep one talk."""

    title = text_field(_l("What it was about"), most=160, description=_l("No names of people."))
    organisation = choice_field(_l("Who heard it"))
    place = text_field(
        _l("Where"), required=False, description=_l("Left empty, it was at their own place.")
    )
    day = DayField(_l("Day"), validators=[required()])
    at = TimeOfDayField(_l("Begins at"), validators=[required()])
    minutes = whole_number_field(_l("Length in minutes"), least=LEAST_MINUTES, most=MOST_MINUTES)
    heads = whole_number_field(_l("How many came"), least=1, most=1000, required=False)
    key = NewIdField()


class WorkshopForm(_Days, RowVersionForm):
    """A workshop to be changed."""

    anew = BooleanField(_l("Lay the sessions out afresh over these days"))


class SessionForm(RowVersionForm):
    """A session in its place."""

    title = text_field(_l("Title"), most=160)
    day = choice_field(_l("Day"))
    at = TimeOfDayField(_l("Begins at"), validators=[required()])
    minutes = whole_number_field(_l("Length in minutes"), least=LEAST_MINUTES, most=MOST_MINUTES)


class FunderLine(Form):
    """One funder and the share."""

    funder = text_field(_l("Funder"), required=False)
    share = whole_number_field(_l("Share in per cent"), least=1, most=100, required=False)
    budget_code = text_field(_l("Budget code"), most=40, required=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: whatever else is typed has a funder."""
        fits: bool = super().validate(extra_validators)
        if not self.funder.data and (self.share.data or self.budget_code.data):
            self.funder.errors = [_("Enter this.")]
            return False
        return fits


class CostsForm(RowVersionForm):
    """Shares of a workshop's costs, and who pays each."""

    lines = RowsField(FormField(FunderLine), min_entries=FUNDER_LINES, max_entries=FUNDER_LINES)


class CorrectionForm(KashForm):
    """Correction of a mark of a confirmed register, and why."""

    status = radio_field(_l("Mark"))
    correction = text_field(
        _l("Reason"),
        most=LONGEST_CORRECTION,
        description=_l("For example: signed on sheet A-2, left out when marking."),
    )
    seen = HiddenField()
    page_key = HiddenField()


class SettleMarkForm(KashForm):
    """Settling of a mark that another source contradicts, and why."""

    become = radio_field(_l("The mark"))
    reason = text_field(
        _l("Reason"),
        most=LONGEST_CORRECTION,
        description=_l("For example: signed a row too low; was asked, and was there."),
    )
    seen = HiddenField()
    page_key = HiddenField()


class SeatRulesForm(RowVersionForm):
    """How free seats are given, and what stands in the way of enrolling."""

    days_before = whole_number_field(
        _l("The waiting list moves by itself until so many days before the start"),
        least=DAYS_BEFORE.least,
        most=DAYS_BEFORE.most,
        description=_l("After that a free seat is offered to the next person, and held for them."),
    )
    offer_hours = whole_number_field(
        _l("An offer stands for so many hours"),
        least=OFFER_HOURS.least,
        most=OFFER_HOURS.most,
        description=_l("Unanswered it lapses, and the next one is asked. Never beyond the start."),
    )
    needs_earlier = BooleanField(
        _l("Enrol nobody who lacks a course that the course asks for"),
        description=_l("Left open, it is told beside the name and stands in nobody’s way."),
    )
    refuses_repeats = BooleanField(
        _l("Enrol nobody in a course that they had, while that still holds"),
        description=_l("Left open, it is told beside the name and stands in nobody’s way."),
    )


class EarlierForm(KashForm):
    """Courses that a person must have had before she is enrolled in another."""

    needs = SeveralField(_l("Courses"), validators=[Optional()], choices=[])


class CancelForm(KashForm):
    """Why a workshop is cancelled."""

    reason = long_text_field(
        _l("Reason"),
        most=500,
        required=True,
        description=_l("No names of people. Everyone who sees the workshop reads this."),
    )


class DuplicateForm(KashForm):
    """When the same workshop is held again."""

    starts_on = DayField(_l("First day"), validators=[required()])
    key = NewIdField()


class WalkInForm(NamedForm):
    """Someone at the door. `key` makes the same form, sent twice, take in one person."""

    chosen_name = text_field(
        _l("Name"), most=200, description=_l("The name the person chooses. It may be an alias.")
    )
    group = choice_field(_l("Group"))
    sex = choice_field(_l("Sex"), [(code, word) for code, word in SEX.items()], required=False)
    age_band = choice_field(
        _l("Age"), [("", _l("Choose")), *((band, AGE_BAND[band]) for band in AGE_BANDS)]
    )
    key = NewIdField()


class QueueForm(KashForm):
    """A file that a phone saved."""

    file = FileField(_l("File"))

    def validate_file(self, field: FileField) -> None:
        """A file is needed."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose a file."))

    def content(self) -> bytes:
        """The file's bytes, which lie in memory only."""
        content: bytes = self.file.data.stream.read()
        return content


class StepLine(Form):
    """A step of the plan: taught, or why it was left out."""

    lineage = HiddenField()
    reason = choice_field(
        _l("Was it taught?"),
        [("", _l("Taught")), *((str(code), word) for code, word in LEFT_OUT.items())],
        required=False,
    )
    words = text_field(
        _l("In a few words"), most=LONGEST_WORDS, required=False, validators=[no_control_characters]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: another reason is said in words."""
        fits: bool = super().validate(extra_validators)
        if self.reason.data == LeftOutReason.OTHER and not self.words.data:
            self.words.errors = [_("Say why in a few words.")]
            return False
        return fits


class ObjectiveLine(Form):
    """An objective of the plan: how far it was reached."""

    lineage = HiddenField()
    reached = radio_field(
        _l("How far was it reached?"),
        [*((str(code), word) for code, word in REACHED.items()), ("", _l("Not said"))],
        required=False,
    )


class RecordForm(RowVersionForm):
    """How a session was taught: when it began and ended, typed in, and what came of its plan.

    `start_seen` and `end_seen` are what the page showed, so that only what is typed anew counts.
    """

    start = TimeOfDayField(_l("Began at"), validators=[Optional()])
    end = TimeOfDayField(_l("Ended at"), validators=[Optional()])
    start_seen = HiddenField()
    end_seen = HiddenField()
    key = NewIdField()
    steps = RowsField(FormField(StepLine), max_entries=MOST_ROWS)
    objectives = RowsField(FormField(ObjectiveLine), max_entries=MOST_ROWS)
    notes = long_text_field(
        _l("Notes of the day"),
        most=LONGEST_NOTES,
        required=False,
        rows=5,
        description=_l(
            "What happened, for the next trainer. No names of people, and nothing by which "
            "somebody could be known."
        ),
    )
    next_time = long_text_field(
        _l("What to change next time"),
        most=LONGEST_NOTES,
        required=False,
        rows=3,
        description=_l("For the next trainer, and for the author of the next version."),
    )
