"""Forms of forums, their meetings and minutes. Forms of the life of minutes. Forms of who is
there: times, terms, quorum, votes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, ValidationError
from wtforms.validators import Optional

from kash.forums.models import ForumMember, Meeting
from kash.forums.rules.meetings import (
    APPEARS,
    LONGEST_ITEM,
    MEETING_MINUTES,
    MOST_NEEDED,
    USUAL,
    WITH_TEXT,
    NeededOfGroup,
    QuorumShare,
    TimeThere,
    Votes,
)
from kash.forums.rules.merging import (
    ACTION_LENGTH,
    DECISION_LENGTH,
    MINUTE_LENGTH,
    ROWS_OF_AN_ITEM,
    TypedMinutesRow,
)
from kash.forums.rules.minutes import telling_lines
from kash.forums.services.meetings import TermDetails
from kash.people.queries.directory import station_names
from kash.platform.web import KashForm
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.fields import DayField, HiddenField, NewIdField, TimeOfDayField, clean_text
from kash.platform.web.formats import from_local, to_local
from kash.platform.web.forms import (
    choice_field,
    long_text_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm

APPEARANCES: dict[str, Any] = {
    "name": _l("By name"),
    "alias": _l("By another name"),
    "office": _l("By office"),
    "counted": _l("Only counted"),
}
STATUS_WORDS: dict[str, Any] = {
    "present": _l("present"),
    "apology": _l("apology"),
    "absent": _l("absent"),
    "in_attendance": _l("in attendance"),
}


def without_figures(_form: Any, field: Any) -> None:
    """For a text that everybody reads at once: no figure beside a station or a case."""
    if telling_lines(field.data or "", station_names()):
        raise ValidationError(
            _(
                "A figure stands beside a station, a report or a case: somebody could tell from it"
                " who reported. Write it without the figure."
            )
        )


class ForumForm(KashForm):
    """A forum's name and who runs it. Who may not choose the secretary is not asked."""

    name = text_field(_l("Name of the forum"), most=160)
    secretary = choice_field(
        _l("Secretary"),
        [],
        required=False,
        description=_l("Runs the forum: members, agenda, register and minutes."),
    )
    template = choice_field(_l("Its meetings begin with"), [], required=False)


class AppearanceForm(KashForm):
    """How a member appears on paper and to the other members."""

    appears = radio_field(
        _l("On paper and to the other members"),
        [(key, APPEARANCES[key]) for key in APPEARS],
        default=USUAL,
    )
    shown_as = text_field(
        _l("Name or office that is shown"),
        most=120,
        required=False,
        description=_l("Only for “by another name” and “by office”."),
    )

    def check_together(self) -> None:
        """Another name or an office needs its text."""
        if self.appears.data in WITH_TEXT and not (self.shown_as.data):
            self.mark_wrong(self.shown_as, _("Write how this member appears."))


# What an agenda can begin with beside the templates, which go by their public ids.
AS_LAST_TIME, USUAL_AGENDA, EMPTY = "last", "usual", "empty"


class MeetingForm(RowVersionForm):
    """When and where a forum meets."""

    day = DayField(_l("Day"), validators=[required()])
    time = TimeOfDayField(_l("Time"), validators=[required()])
    minutes = whole_number_field(
        _l("Length (min)"), least=15, most=LONGEST_ITEM, default=MEETING_MINUTES
    )
    place = text_field(_l("Place"), most=160, required=False)
    agenda = choice_field(_l("The agenda begins with"), [], default=AS_LAST_TIME)

    def offer(self, templates: Sequence[tuple[str, str]]) -> None:
        """Set what the agenda can begin with."""
        self.agenda.choices = [
            (AS_LAST_TIME, _("The agenda of the last meeting")),
            (USUAL_AGENDA, _("The usual items")),
            *templates,
            (EMPTY, _("Nothing")),
        ]

    @property
    def template(self) -> str:
        """The public id of the template that was chosen; empty if none was."""
        chosen = self.agenda.data
        return "" if chosen in (AS_LAST_TIME, USUAL_AGENDA, EMPTY) else chosen

    @property
    def length(self) -> int:
        """For how many minutes it is planned."""
        return self.minutes.data or MEETING_MINUTES

    @property
    def starts_at(self) -> datetime:
        """The moment in UTC; only after the form was found valid."""
        if self.day.data is None or self.time.data is None:
            raise ValueError("the form was not validated")
        return from_local(self.day.data, self.time.data)


class CallOffForm(KashForm):
    """Why a meeting does not take place."""

    reason = long_text_field(
        _l("Reason"),
        most=1000,
        required=True,
        validators=[without_figures],
        description=_l("The members see it. Write no name."),
    )


class ItemForm(KashForm):
    """The title of an item."""

    title = text_field(_l("Title of the item"), most=200, validators=[without_figures])
    minutes = whole_number_field(_l("Time (min)"), least=1, most=LONGEST_ITEM, required=False)


class NewItemForm(ItemForm):
    """An item to be added. `key` makes the same form, sent twice, add one."""

    key = NewIdField()


class AgendaPaperForm(KashForm):
    """A paper that lies before a meeting, under an item."""

    title = text_field(
        _l("Title of the paper"),
        most=120,
        validators=[without_figures],
        description=_l("Every group reads it. Write no name of a person."),
    )
    file = FileField(_l("Paper"))


class ActionOutcomeForm(KashForm):
    """Outcome of an action."""

    state = radio_field(
        _l("What became of it?"), [("done", _l("It is done")), ("dropped", _l("It was dropped"))]
    )
    outcome = long_text_field(
        _l("In a sentence"),
        most=1000,
        rows=3,
        validators=[without_figures],
        description=_l("It is read out at the next meeting and stands in its minutes."),
    )


class ActionNoteForm(KashForm):
    """Progress of an action, and a file that shows it."""

    text = long_text_field(
        _l("How does it go?"),
        most=1000,
        rows=3,
        required=True,
        validators=[without_figures],
        description=_l("Everybody who reads the action reads this. Write no name of a person."),
    )
    file = FileField(_l("Evidence"))


class HandOverForm(KashForm):
    """The next owner of an action, and its day."""

    owner = choice_field(_l("Who"), [], required=False)
    due_on = DayField(_l("By"), validators=[Optional()])


class LinkForm(KashForm):
    """Something that an action changes."""

    target = choice_field(_l("What does it change?"), [])


class ReviewForm(RowVersionForm):
    """The return of a decision."""

    expected = long_text_field(
        _l("What would we see if it worked?"),
        most=1000,
        rows=3,
        required=True,
        validators=[without_figures],
        description=_l("Every group reads it. Write no name of a person."),
    )
    look_on = DayField(
        _l("Look again on"),
        validators=[required()],
        description=_l("It comes up in the first meeting on or after this day."),
    )
    watched = choice_field(
        _l("Printed line that would show it"),
        [],
        required=False,
        description=_l("Its figures before and after stand beside the decision then."),
    )


class ConclusionForm(KashForm):
    """The finding of a forum that looked again."""

    conclusion = radio_field(
        _l("What did the forum find?"),
        [
            ("worked", _l("It worked")),
            ("unclear", _l("We cannot tell")),
            ("not", _l("It did not work")),
        ],
    )
    found = long_text_field(
        _l("In a sentence"),
        most=1000,
        rows=3,
        validators=[without_figures],
        description=_l("Every group reads it. Write no name of a person."),
    )


class FindActionsForm(KashForm):
    """Words of an action."""

    search = text_field(_l("Words of the action"), most=200, required=False)


class FindForm(KashForm):
    """A part of a name."""

    search = text_field(_l("Name"), most=200)


MOST_TICKED = 100
_NAMES_AT_ONCE = 12


class FindMembersForm(KashForm):
    """Parts of names, of one person or of several."""

    search = text_field(_l("Names"), most=400, description=_l("A part of each name is enough."))

    def names(self) -> list[str]:
        """The names that were typed, each once."""
        parts = [part.strip() for part in self.search.data.replace(";", ",").split(",")]
        return list(dict.fromkeys(part for part in parts if part))[:_NAMES_AT_ONCE]


@dataclass
class TypedRow:
    """A decision or an action as it stands in the form, with what is wrong about it."""

    key: str = ""
    text: str = ""
    owner: str = ""
    due: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        """True if nothing was typed."""
        return not (self.text or self.owner or self.due)


class MinuteForm(RowVersionForm):
    """Minute under an item, with as many decisions and actions as were typed.

    Rows arrive as equally long lists, one for each column; `read_rows` reads them.
    """

    minute = long_text_field(_l("What was said"), most=MINUTE_LENGTH, rows=8)
    # The lines that stay internal, by their mark; sent only with the button that says so.
    internal = HiddenField()
    keep_internal = BooleanField(_l("Save, and keep these lines internal"))

    decisions: list[TypedRow]
    actions: list[TypedRow]
    # Lines that hold a figure beside a station or a case, about which the page asks.
    telling: Sequence[str] = ()

    def read_rows(self, given: MultiDict[str, str]) -> None:
        """Take the rows out of what was posted."""
        self.decisions = _rows(given, "decision", ("key", "text"))
        self.actions = _rows(given, "action", ("key", "text", "owner", "due"))

    def rows_are_fine(self, owners: Iterable[str]) -> bool:
        """Check the rows; each keeps its own errors."""
        members = set(owners)
        for typed in self.decisions:
            typed.errors = _text_errors(typed.text, DECISION_LENGTH)
        for typed in self.actions:
            typed.errors = _text_errors(typed.text, ACTION_LENGTH)
            if typed.owner and typed.owner not in members:
                typed.errors.append(_("Choose a member from the list."))
            if typed.due and _day(typed.due) is None:
                typed.errors.append(_("This is not a day. It looks like 2026-11-16."))
            if not typed.text and not typed.key and (typed.owner or typed.due):
                typed.errors.append(_("Write what is to be done."))
        for rows in (self.decisions, self.actions):
            if len(rows) > ROWS_OF_AN_ITEM * 2:
                rows[0].errors.append(_("This item holds too many decisions or actions."))
        return not any(typed.errors for typed in (*self.decisions, *self.actions))

    def written(self) -> tuple[list[TypedMinutesRow], list[TypedMinutesRow]]:
        """Decisions and actions for the service; only after `rows_are_fine`."""
        return (
            [TypedMinutesRow(typed.key, typed.text) for typed in self.decisions],
            [
                TypedMinutesRow(typed.key, typed.text, typed.owner, _day(typed.due))
                for typed in self.actions
            ],
        )


def _rows(given: MultiDict[str, str], name: str, columns: Sequence[str]) -> list[TypedRow]:
    lists = [given.getlist(f"{name}-{column}") for column in columns]
    length = min((len(values) for values in lists), default=0)
    rows = []
    for place in range(min(length, ROWS_OF_AN_ITEM * 4)):
        values = {
            column: str(clean_text(values[place]))
            for column, values in zip(columns, lists, strict=True)
        }
        rows.append(
            TypedRow(
                key=values["key"],
                text=values["text"],
                owner=values.get("owner", ""),
                due=values.get("due", ""),
            )
        )
    return [typed for typed in rows if typed.key or not typed.blank]


def _text_errors(text: str, most: int) -> list[str]:
    if len(text) > most:
        return [_("Use at most %(most)s characters.", most=most)]
    if CONTROL_CHARACTERS.search(text):
        return [_("This holds characters that cannot be shown. Type it again.")]
    return []


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day is not None and 1900 <= day.year <= 2199 else None


REMARK_LENGTH = 1_000
ERRATUM_LENGTH = 2_000


class CirculateForm(KashForm):
    """The day until which those who were there may remark."""

    remarks_until = DayField(
        _l("Remarks until"),
        validators=[required()],
        description=_l("The members who were there can remark until the end of this day."),
    )

    @property
    def day(self) -> date:
        """The day; only after the form was found valid."""
        if self.remarks_until.data is None:
            raise ValueError("the form was not validated")
        return self.remarks_until.data


class RemarkForm(KashForm):
    """A remark on an item."""

    text = long_text_field(
        _l("Your remark"),
        most=REMARK_LENGTH,
        rows=4,
        required=True,
        validators=[without_figures],
        description=_l("Write how it should stand. Write nobody's name who has not agreed to it."),
    )


class SettleRemarkForm(KashForm):
    """The answer to a remark."""

    state = radio_field(
        _l("What became of it?"),
        [("taken", _l("It is taken up")), ("declined", _l("It stays as it is"))],
    )
    answer = long_text_field(
        _l("Answer"),
        most=REMARK_LENGTH,
        rows=3,
        required=True,
        validators=[without_figures],
        description=_l("The members read it beside the remark until the minutes are confirmed."),
    )


class ConfirmMinutesForm(KashForm):
    """Time at which a later meeting confirmed the minutes, and who proposed and seconded it."""

    at = HiddenField()
    time = TimeOfDayField(
        _l("Time"),
        validators=[required()],
        description=_l("When the meeting confirmed them: it must have been quorate then."),
    )
    proposer = choice_field(_l("Proposed by"), [])
    seconder = choice_field(_l("Seconded by"), [])

    def offer(self, confirming: Meeting, present: Sequence[ForumMember], now: datetime) -> None:
        """Set the members who were present, and the time that is likely."""
        members = [
            (member.public_id, f"{member.person.chosen_name} ({member.person.group.letter})")
            for member in present
        ]
        self.proposer.choices = [("", "–"), *members]
        self.seconder.choices = [("", "–"), *members]
        self.at.data = confirming.public_id
        if not self.is_submitted():
            over = confirming.starts_at + timedelta(minutes=MEETING_MINUTES) < now
            local = to_local(confirming.starts_at if over else now)
            self.time.data = local.time().replace(second=0, microsecond=0)

    def moment(self, confirming: Meeting) -> datetime:
        """The moment in UTC; only after the form was found valid."""
        if self.time.data is None:
            raise ValueError("the form was not validated")
        return from_local(to_local(confirming.starts_at).date(), self.time.data)


class ErratumForm(KashForm):
    """A correction of locked minutes."""

    text = long_text_field(
        _l("What was wrong, and what is right"),
        most=ERRATUM_LENGTH,
        rows=4,
        required=True,
        validators=[without_figures],
        description=_l("It stands beside the minutes with today's date, and is printed with them."),
    )


ANSWER_WORDS: dict[str, Any] = {
    "yes": _l("I come"),
    "no": _l("I do not come"),
    "unsure": _l("Not sure yet"),
}
SHARE_WORDS: dict[QuorumShare, Any] = {
    QuorumShare.NUMBER: _l("A number"),
    QuorumShare.THIRD: _l("A third"),
    QuorumShare.HALF: _l("Half"),
    QuorumShare.OVER_HALF: _l("More than half"),
    QuorumShare.TWO_THIRDS: _l("Two thirds"),
    QuorumShare.ALL: _l("All"),
}
# So many rows are offered for somebody who comes and goes.
ROWS_OFFERED = 3


class OfficeTermForm(KashForm):
    """A term of office."""

    office = text_field(
        _l("Office"), most=120, required=False, description=_l("For example “Chair”.")
    )
    begins_on = DayField(_l("First day"), validators=[required()])
    ends_on = DayField(
        _l("Last day"),
        validators=[Optional()],
        description=_l("Leave it empty if no end is agreed."),
    )
    key = NewIdField()

    @property
    def details(self) -> TermDetails:
        """The term for the service; only after the form was found valid."""
        if self.begins_on.data is None:
            raise ValueError("the form was not validated")
        return TermDetails(self.begins_on.data, self.ends_on.data, self.office.data)


class QuorumForm(KashForm):
    """A quorum from a day on: `for_groups` makes the form with fields for each group."""

    holds_from = DayField(
        _l("It holds from"),
        validators=[required()],
        description=_l("Meetings on earlier days keep what held then."),
    )

    @classmethod
    def for_groups(cls, letters: Sequence[str], **given: Any) -> QuorumForm:
        """The form with a share and a number for each group."""
        fields: dict[str, Any] = {}
        for letter in letters:
            fields[f"share_{letter}"] = choice_field(
                _l("Members that must be there"),
                [("", _("Nobody")), *((str(share), word) for share, word in SHARE_WORDS.items())],
                required=False,
            )
            fields[f"least_{letter}"] = whole_number_field(
                _l("Number"),
                most=MOST_NEEDED,
                required=False,
                description=_l("Only for “a number”."),
            )
        form: QuorumForm = type("QuorumOfGroupsForm", (cls,), fields)(**given)
        return form

    @property
    def day(self) -> date:
        """The day from which it holds; only after the form was found valid."""
        if self.holds_from.data is None:
            raise ValueError("the form was not validated")
        return self.holds_from.data

    def needed(self, letters: Sequence[str]) -> dict[str, NeededOfGroup]:
        """The rule of each group that has one."""
        return {
            letter: NeededOfGroup(
                QuorumShare(self[f"share_{letter}"].data), self[f"least_{letter}"].data or 0
            )
            for letter in letters
            if self[f"share_{letter}"].data
        }


class TimesForm(RowVersionForm):
    """Times of somebody at a meeting: `with_rows` makes the form with so many rows."""

    @classmethod
    def with_rows(cls, count: int, **given: Any) -> TimesForm:
        """The form with so many rows."""
        fields: dict[str, Any] = {}
        for place in range(count):
            fields[f"arrived_{place}"] = TimeOfDayField(_l("Came at"), validators=[Optional()])
            fields[f"left_{place}"] = TimeOfDayField(_l("Left at"), validators=[Optional()])
        form: TimesForm = type("TimesOfRowsForm", (cls,), fields)(**given)
        form.count = count
        return form

    count = 0

    def check_together(self) -> None:
        """Nobody leaves who never arrived."""
        for place in range(self.count):
            arrived, left = self[f"arrived_{place}"], self[f"left_{place}"]
            if left.data is not None and arrived.data is None and not arrived.errors:
                self.mark_wrong(arrived, _("Enter when this member arrived."))

    def times(self, day: date, stored: Sequence[TimeThere]) -> list[TimeThere]:
        """The typed times, as moments of the meeting's day. A minute that stands as it was keeps
        its seconds; rows that were emptied are gone."""
        moments = {
            to_local(moment).replace(second=0, microsecond=0): moment
            for spell in stored
            for moment in (spell.arrived_at, spell.left_at)
            if moment is not None
        }

        def moment_of(clock: Any) -> datetime:
            typed = from_local(day, clock)
            return moments.get(to_local(typed), typed)

        return [
            TimeThere(
                moment_of(self[f"arrived_{place}"].data),
                moment_of(self[f"left_{place}"].data) if self[f"left_{place}"].data else None,
            )
            for place in range(self.count)
            if self[f"arrived_{place}"].data is not None
        ]


class DecidedForm(KashForm):
    """Time of a decision and votes of the groups: `for_groups` makes the form."""

    at = TimeOfDayField(
        _l("Taken at"),
        validators=[required()],
        description=_l("Who was there at this time is kept with the decision."),
    )

    @classmethod
    def for_groups(cls, letters: Sequence[str], **given: Any) -> DecidedForm:
        """The form with votes for each group."""
        fields: dict[str, Any] = {}
        for letter in letters:
            for name, label in (
                ("in_favour", _l("In favour")),
                ("against", _l("Against")),
                ("abstained", _l("Abstained")),
            ):
                fields[f"{name}_{letter}"] = whole_number_field(
                    label, most=MOST_NEEDED, required=False
                )
        form: DecidedForm = type("DecidedByGroupsForm", (cls,), fields)(**given)
        return form

    def moment(self, day: date, noted: datetime | None) -> datetime:
        """The moment on the meeting's day; the one that was `noted`, if the minute is the same."""
        if self.at.data is None:
            raise ValueError("the form was not validated")
        typed = from_local(day, self.at.data)
        if noted is not None and noted.replace(second=0, microsecond=0) == typed:
            return noted
        return typed

    def votes(self, letters: Sequence[str]) -> dict[str, Votes] | None:
        """The votes of each group; None if no number was entered at all."""
        typed = {
            letter: tuple(
                self[f"{name}_{letter}"].data for name in ("in_favour", "against", "abstained")
            )
            for letter in letters
        }
        if all(number is None for numbers in typed.values() for number in numbers):
            return None
        return {
            letter: Votes(*(number or 0 for number in numbers)) for letter, numbers in typed.items()
        }
