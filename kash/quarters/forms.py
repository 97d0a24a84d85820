"""Forms of proposals: what holds for all, what stations need, and what a planner fixes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from kash.people.directory_words import day_name
from kash.platform.web import KashForm
from kash.platform.web.forms import (
    DayField,
    NewIdField,
    SeveralField,
    TimeOfDayField,
    choice_field,
    required,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm
from kash.quarters.queries.needs import StationRow
from kash.quarters.rules.quarters import quarters_from
from kash.quarters.words import quarter_name

# So many quarters can be chosen, the present one among them.
QUARTERS = 5
MOST_PLACES = 500


class ProposalForm(KashForm):
    """Settings of all workshops of a proposal."""

    key = NewIdField()
    quarter = choice_field(_l("Quarter"))
    not_before = DayField(
        _l("Not before"),
        validators=[required()],
        description=_l("People have to be invited first, so nothing is proposed before this day."),
    )
    weekdays = SeveralField(
        _l("Days on which the programme works"),
        coerce=int,
        validators=[required(_l("Tick at least one day."))],
        default=[0, 1, 2, 3, 4],
    )
    day_starts_at = TimeOfDayField(
        _l("A day begins at"), validators=[required()], default=time(8, 30)
    )
    day_ends_at = TimeOfDayField(_l("A day ends at"), validators=[required()], default=time(16, 30))
    trainers = whole_number_field(
        _l("Trainers of a workshop"),
        least=1,
        most=9,
        default=2,
        description=_l("One of them leads. The others may co-teach the course, or lead it."),
    )
    most_minutes = whole_number_field(
        _l("Longest way to a workshop, in minutes"),
        least=5,
        most=600,
        default=90,
        description=_l(
            "By the minutes between areas, as they were typed in. Everybody is home in time,"
            " whatever stands here."
        ),
    )

    def offer(self, today: date) -> None:
        """Set the quarters and the weekdays in the language of the page."""
        self.quarter.choices = [
            (one.code, quarter_name(one)) for one in quarters_from(today, QUARTERS)
        ]
        self.weekdays.choices = [(day, day_name(day)) for day in range(7)]

    def check_together(self) -> None:
        """Also: a day that ends after it begins."""
        begins, ends = self.day_starts_at.data, self.day_ends_at.data
        if begins and ends and ends <= begins:
            self.mark_wrong(self.day_ends_at, _("A day must end after it begins."))


class NeedsForm(KashForm):
    """Places asked for: the course version, the limits of a workshop, and beside each station how
    many come (see `needs_form`)."""

    version = choice_field(_l("What is taught"))
    most = whole_number_field(_l("People at a workshop, at most"), least=2, most=200, default=24)
    fewest = whole_number_field(
        _l("People at a workshop, at least"),
        least=1,
        most=200,
        default=8,
        description=_l(
            "Whoever is left over is counted for you, and is among the needs the next time."
        ),
    )
    most_from_station = whole_number_field(
        _l("From one station at a time, at most"),
        least=1,
        most=200,
        default=10,
        description=_l("So that no station is left without its people on one day."),
    )
    rows: Sequence[StationRow] = ()

    def check_together(self) -> None:
        """Also: the fewest not more than the most."""
        if self.most.data and self.fewest.data and self.fewest.data > self.most.data:
            self.mark_wrong(self.fewest, _("This is more than at most come."))

    def places(self) -> dict[str, int]:
        """Places asked for, by stations (public ids)."""
        return {one.public_id: self[field_of(one)].data or 0 for one in self.rows}


def field_of(row: StationRow) -> str:
    """The name of a station's field."""
    return f"places_{row.public_id}"


def needs_form(rows: Sequence[StationRow]) -> type[NeedsForm]:
    """The form with a field for each station, filled with the places that nothing is planned for
    yet."""
    fields: dict[str, Any] = {
        field_of(one): whole_number_field(
            one.name, least=0, most=MOST_PLACES, required=False, default=one.left
        )
        for one in rows
    }
    return type("StationNeedsForm", (NeedsForm,), {**fields, "rows": rows})


class LineForm(RowVersionForm):
    """Day, venue and trainers that a planner fixes; what is left empty may move."""

    first = DayField(_l("First day"), validators=[Optional()])
    venue = choice_field(_l("Venue"), required=False)
    lead = choice_field(_l("Who leads"), required=False)
    team = SeveralField(_l("Who teaches beside"), coerce=str, choices=[])

    def offer(self, venues: Sequence[tuple[str, str]], trainers: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.venue.choices = [("", _("May move")), *venues]
        self.lead.choices = [("", _("May move")), *trainers]
        self.team.choices = list(trainers)

    def check_together(self) -> None:
        """Also: nobody teaches beside nobody."""
        if self.team.data and not self.lead.data:
            self.mark_wrong(self.lead, _("Choose who leads, or nobody at all."))


class LineStepForm(RowVersionForm):
    """A step with a proposal as it was shown."""
