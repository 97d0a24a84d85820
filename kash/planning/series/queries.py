"""Series that an actor runs, their dates, and what the rule of one would make. Columns of the list
of series, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from kash.attendance.models import MarkOperation, Slot
from kash.forums.models import Forum, Meeting
from kash.planning.series.models import Series, SeriesDate
from kash.planning.series.rules import OnHoliday, Pattern, Repeats
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.taking import TableColumn
from kash.policy import Actor, Reach
from kash.workshops.holidays.queries import local_days
from kash.workshops.holidays.rules import is_public_holiday
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by

# On the page of a forum; all of them are in the list of series.
MOST_SHOWN = 5


@dataclass(frozen=True)
class HeldDate:
    """A date of a series as it stands. `day` is when it is held, None if it was left out from the
    beginning; `state` is planned, cancelled, held (a meeting), begun (marks are there) or left_out;
    `over` says that it has passed. `number` counts the dates from 1."""

    public_id: str
    number: int
    named: date
    day: date | None
    last: date | None
    begins: time | None
    place: str
    workshop: str
    meeting: str
    state: str
    over: bool

    @property
    def to_come(self) -> bool:
        """True if its series may still change it."""
        return self.state == "planned" and not self.over


def holidays() -> Callable[[date], bool]:
    """Test of a day: True on a holiday of the law or of the programme. One query."""
    local = local_days()
    return lambda day: day in local or is_public_holiday(day)


def any_holiday(days: int) -> Callable[[date], bool]:
    """Test of a day: True if it or one of so many days from it on is a holiday. One query."""
    holiday = holidays()
    return lambda day: any(holiday(day + timedelta(days=number)) for number in range(days))


def pattern_of(series: Series) -> Pattern:
    """The rule of a series."""
    return Pattern(
        Repeats(series.repeats),
        series.first,
        series.every,
        tuple(series.weekdays),
        series.ordinal,
        series.day,
        series.until,
        series.count,
        OnHoliday(series.on_holiday),
    )


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """Series of workshops that the actor runs, and of forums that she runs."""
    own_forums: ColumnElement[bool] = false()
    reach = actor.reach("forums.edit")
    if reach is Reach.ALL:
        own_forums = Series.forum_id.is_not(None)
    elif reach is Reach.OWN:
        own_forums = Series.forum_id.in_(
            select(Forum.id).where(Forum.secretary_id == (actor.account_id or 0))
        )
    if actor.reach("workshops.edit") is Reach.NONE:
        return own_forums
    return or_(own_forums, Series.source_id.in_(run_by(actor)))


def series_in_reach(actor: Actor) -> Select[Series]:
    """Series that an actor may see and change."""
    return select(Series).where(_in_reach(actor))


def series_list(actor: Actor) -> Select[Series]:
    """The same with what a list shows, the newest first."""
    return (
        series_in_reach(actor)
        .options(joinedload(Series.source), joinedload(Series.forum))
        .order_by(Series.created_at.desc(), Series.id.desc())
    )


def one_series(public_id: str, actor: Actor) -> Series:
    """A series with its dates. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            series_in_reach(actor)
            .where(Series.public_id == public_id)
            .options(
                joinedload(Series.source),
                joinedload(Series.forum),
                selectinload(Series.dates)
                .joinedload(SeriesDate.workshop)
                .joinedload(Workshop.venue),
                selectinload(Series.dates).joinedload(SeriesDate.meeting),
            )
        ).first()
    )


def held_dates(series: Series, now: datetime) -> list[HeldDate]:
    """The dates of a series as they stand, in the order of its rule."""
    begun = _begun(series)
    today = to_local(now).date()
    held_by_number = []
    for number, series_day in enumerate(series.dates, start=1):
        day: date | None
        last: date | None
        begins: time | None
        if series_day.workshop is not None:
            workshop = series_day.workshop
            day, last, begins = workshop.starts_on, workshop.ends_on, workshop.day_starts_at
            place = workshop.venue.name if workshop.venue is not None else ""
            state = workshop.state
            over = day < today
            if state == "planned" and workshop.register_id in begun:
                state = "begun"
        elif series_day.meeting is not None:
            local = to_local(series_day.meeting.starts_at)
            day = last = local.date()
            begins, place, state = local.time(), series_day.meeting.place, series_day.meeting.state
            over = series_day.meeting.starts_at < now
            if state == "planned" and series_day.meeting.register_id in begun:
                state = "begun"
        else:
            day = last = begins = None
            place, state, over = "", "left_out", series_day.named < today
        held_by_number.append(
            HeldDate(
                series_day.public_id,
                number,
                series_day.named,
                day,
                last,
                begins,
                place,
                series_day.workshop.public_id if series_day.workshop is not None else "",
                series_day.meeting.public_id if series_day.meeting is not None else "",
                state,
                over,
            )
        )
    return held_by_number


def _begun(series: Series) -> frozenset[int]:
    """Registers of its dates on which anything was marked, closed or begun. One query."""
    registers = [
        held.register_id
        for date in series.dates
        if (held := date.workshop or date.meeting) is not None
    ]
    return frozenset(
        db.session.scalars(
            select(Slot.register_id)
            .where(Slot.register_id.in_(registers))
            .where(
                Slot.began_at.is_not(None)
                | Slot.confirmed_at.is_not(None)
                | exists().where(MarkOperation.slot_id == Slot.id)
            )
        )
    )


def next_days(series: Sequence[Series], now: datetime) -> dict[int, datetime | date]:
    """Next days of several series, by their keys. Two queries."""
    keys = [it.id for it in series]
    today = to_local(now).date()
    workshops = (
        select(SeriesDate.series_id, func.min(Workshop.starts_on))
        .join(Workshop, Workshop.id == SeriesDate.workshop_id)
        .where(
            SeriesDate.series_id.in_(keys), Workshop.state == "planned", Workshop.starts_on >= today
        )
        .group_by(SeriesDate.series_id)
    )
    meetings = (
        select(SeriesDate.series_id, func.min(Meeting.starts_at))
        .join(Meeting, Meeting.id == SeriesDate.meeting_id)
        .where(SeriesDate.series_id.in_(keys), Meeting.state == "planned", Meeting.starts_at >= now)
        .group_by(SeriesDate.series_id)
    )
    days: dict[int, datetime | date] = {}
    for statement in (workshops, meetings):
        days |= {holiday[0]: holiday[1] for holiday in db.session.execute(statement)}
    return days


def series_of_workshop(public_id: str, actor: Actor) -> tuple[bool, Series | None]:
    """True with the series of a workshop (None if it is in none) for the person who runs it. One
    query."""
    counted = db.session.execute(
        select(Workshop.id, Series)
        .outerjoin(SeriesDate, SeriesDate.workshop_id == Workshop.id)
        .outerjoin(Series, Series.id == SeriesDate.series_id)
        .where(Workshop.public_id == public_id, Workshop.id.in_(run_by(actor)))
    ).first()
    return counted is not None, counted[1] if counted is not None else None


def series_of_forum(public_id: str, actor: Actor) -> Sequence[Series]:
    """The series of meetings of a forum, the newest first. One query."""
    return db.session.scalars(
        series_in_reach(actor)
        .join(Forum, Forum.id == Series.forum_id)
        .where(Forum.public_id == public_id)
        .order_by(Series.created_at.desc(), Series.id.desc())
        .limit(MOST_SHOWN)
    ).all()


# A series, its rule in words, and when it is held next.
SeriesLine = tuple[Series, str, date | None]


def _title(line: SeriesLine) -> str:
    source, forum = line[0].source, line[0].forum
    return source.title if source is not None else forum.name if forum is not None else ""


SERIES_COLUMNS: Sequence[TableColumn[SeriesLine]] = (
    TableColumn(_l("Title"), _title, "#activity+name"),
    TableColumn(_l("Repeats"), lambda line: line[1], "#frequency"),
    TableColumn(_l("Next"), lambda line: line[2], "#date+next"),
)
