"""Forms of who is there: times, terms, quorum, votes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from kash.forums.rules.presence import TimeThere
from kash.forums.rules.quorum import MOST_NEEDED, NeededOfGroup, QuorumShare, Votes
from kash.forums.services.terms import TermDetails
from kash.platform.web import KashForm
from kash.platform.web.formats import from_local, to_local
from kash.platform.web.forms import (
    DayField,
    NewIdField,
    TimeOfDayField,
    choice_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm

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
        _l("Office"),
        most=120,
        required=False,
        description=_l("For example “Chair”. Leave it empty for a member without an office."),
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
                [("", _("Nobody")), *((str(one), word) for one, word in SHARE_WORDS.items())],
                required=False,
            )
            fields[f"least_{letter}"] = whole_number_field(
                _l("Number"),
                most=MOST_NEEDED,
                required=False,
                description=_l("Only for “a number”."),
            )
        made: QuorumForm = type("QuorumOfGroupsForm", (cls,), fields)(**given)
        return made

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
        made: TimesForm = type("TimesOfRowsForm", (cls,), fields)(**given)
        made.count = count
        return made

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
        known = {
            to_local(moment).replace(second=0, microsecond=0): moment
            for one in stored
            for moment in (one.arrived_at, one.left_at)
            if moment is not None
        }

        def moment_of(clock: Any) -> datetime:
            typed = from_local(day, clock)
            return known.get(to_local(typed), typed)

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
        made: DecidedForm = type("DecidedByGroupsForm", (cls,), fields)(**given)
        return made

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
