"""Forms of the life of minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l

from kash.forums.forms import without_figures
from kash.forums.models import Meeting
from kash.forums.queries.minutes_life import PresentMember
from kash.forums.rules.agenda import MEETING_MINUTES
from kash.platform.web import KashForm
from kash.platform.web.formats import from_local, to_local
from kash.platform.web.forms import (
    DayField,
    HiddenField,
    TimeOfDayField,
    choice_field,
    long_text_field,
    radio_field,
    required,
)

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

    def offer(self, confirming: Meeting, present: Sequence[PresentMember], now: datetime) -> None:
        """Set the members who were present, and the time that is likely."""
        members = [
            (one.public_id, f"{one.seat.person.chosen_name} ({one.letter})") for one in present
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
