"""Problems of series. Planning a series of workshops or meetings, and adding dates to it. Changing
what is to come of a series, leaving dates out and taking them up again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kash.attendance.models import Slot
from kash.forums.models import Forum
from kash.forums.services import meetings
from kash.forums.services.agenda import forum_run_by
from kash.planning.series.forms import FAULTS
from kash.planning.series.models import Series, SeriesDate
from kash.planning.series.queries import HeldDate, any_holiday, held_dates, series_in_reach
from kash.planning.series.rules import Pattern, PlannedDate, dates_of, pattern_fault
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web.errors import Forbidden, NotFound, Problem, one_or_404
from kash.platform.web.formats import date_text, from_local, to_local
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by
from kash.workshops.schedule_checks import without_new_clashes
from kash.workshops.services import planning
from kash.workshops.services.planning import moved

DATES_CHANGED = _l(
    "Holidays or workshops changed meanwhile. Look at the dates again, then plan them."
)
_DATE_OVER = _l("This date has passed. It stays as it is.")


class OneStandsInTheWay(Problem):
    """One of several dates could not be changed, so none was."""

    def __init__(self, day: date, why: str) -> None:
        super().__init__(
            _("%(day)s: %(why)s None of the dates was changed.", day=date_text(day), why=why)
        )


Plan = Callable[[date], tuple[int | None, int | None]]


@dataclass(frozen=True)
class MeetingHours:
    """Hours of each meeting of a series on its day, and its place."""

    begins: time
    ends: time
    place: str = ""

    @property
    def minutes(self) -> int:
        """Length of a meeting."""
        begins, ends = (clock.hour * 60 + clock.minute for clock in (self.begins, self.ends))
        return ends - begins


def dates_after(pattern: Pattern, days: int, taken: Collection[date] = ()) -> list[PlannedDate]:
    """The dates of a rule for what lasts so many days, without those that are `taken` already.

    Raises a Problem.
    """
    fault = pattern_fault(pattern)
    if fault is not None:
        raise Problem(FAULTS[fault])
    return [date for date in dates_of(pattern, any_holiday(days)) if date.named not in taken]


def repeat_workshop(
    workshop: str, pattern: Pattern, chosen: Sequence[date], by: Actor, *, public_id: str
) -> str:
    """Plan a workshop again on the chosen dates of a rule (by the days that the rule names); its
    own day is the first of the series. Those that are not chosen are left out and can be taken up.

    Returns the series' public id; sent twice, it is planned once. Raises NotFound, Forbidden,
    WorkshopCancelled, Problem and OneStandsInTheWay.
    """
    with audited("series.planned", by) as change:
        session = change.session
        if _planned_before(session, public_id, by):
            change.nothing()
            return public_id
        source = planning.held_for_change(session, workshop)
        refuse_unless_run(session, source, by)
        if session.scalar(select(SeriesDate.id).where(SeriesDate.workshop_id == source.id)):
            raise Problem(_l("This workshop is part of a series already."))
        days = (source.ends_on - source.starts_on).days + 1
        series = _new(pattern, by, change, public_id, source=source)
        session.add(series)
        series.dates.append(SeriesDate(named=source.starts_on, workshop_id=source.id))

        def plan(day: date) -> tuple[int | None, int | None]:
            copy = planning.copied(session, source, day, by, change.now)
            change.about(copy.public_id)
            return copy.id, None

        offered = dates_after(pattern, days, {source.starts_on})
        _add_dates(change, series, offered, chosen, plan)
        change.about(series.public_id, source.public_id)
        return series.public_id


def repeat_meetings(
    forum: str,
    pattern: Pattern,
    hours: MeetingHours,
    chosen: Sequence[date],
    by: Actor,
    *,
    public_id: str,
) -> str:
    """Plan meetings of a forum on the chosen dates of a rule, each with the agenda of the one
    before it. Returns the series' public id; sent twice, it is planned once.

    Raises NotFound, Forbidden, Problem and OneStandsInTheWay.
    """
    with audited("series.planned", by) as change:
        session = change.session
        if _planned_before(session, public_id, by):
            change.nothing()
            return public_id
        of_forum = forum_run_by(session, forum, by)
        series = _new(pattern, by, change, public_id, forum=of_forum)
        session.add(series)
        plan = _meeting_plan(change, of_forum, hours.begins, hours.minutes, hours.place)
        _add_dates(change, series, dates_after(pattern, 1), chosen, plan)
        change.about(series.public_id, of_forum.public_id)
        return series.public_id


def add_dates(
    series: str, pattern: Pattern, chosen: Sequence[date], by: Actor, *, like: str
) -> int:
    """Plan more dates of a series; returns how many. `pattern` is its rule from the last date on,
    and each is as the date `like` (a public id) is.

    Raises NotFound, Forbidden, Problem and OneStandsInTheWay.
    """
    with audited("series.dates_added", by) as change:
        _refuse_past(pattern, change)
        session = change.session
        locked = held_series(session, series, by)
        dates_taken = {date.named for date in locked.dates}
        model = one_or_404(next((date for date in locked.dates if date.public_id == like), None))
        days, plan = plan_like(change, locked, model, by)
        before = len(locked.dates)
        _add_dates(change, locked, dates_after(pattern, days, dates_taken), chosen, plan)
        for name, value in _rule_of(pattern).items():
            setattr(locked, name, value)
        locked.until, locked.count = pattern.until, None
        if locked.until is None:
            locked.count = len(locked.dates)
        change.about(locked.public_id)
        return len(locked.dates) - before


def _new(
    pattern: Pattern,
    by: Actor,
    change: Change,
    public_id: str,
    *,
    source: Workshop | None = None,
    forum: Forum | None = None,
) -> Series:
    _refuse_past(pattern, change)
    return Series(
        public_id=public_id,
        source_id=source.id if source is not None else None,
        forum_id=forum.id if forum is not None else None,
        first=pattern.first,
        until=pattern.until,
        count=pattern.count,
        **_rule_of(pattern),
        created_by=by.public_id,
        created_at=change.now,
    )


def _rule_of(pattern: Pattern) -> dict[str, Any]:
    """The rule by which a series goes on, as it is stored."""
    return {
        "repeats": str(pattern.repeats),
        "every": pattern.every,
        "weekdays": list(pattern.weekdays),
        "ordinal": pattern.ordinal,
        "day": pattern.day,
        "on_holiday": str(pattern.on_holiday),
    }


def _refuse_past(pattern: Pattern, change: Change) -> None:
    if pattern.first < to_local(change.now).date():
        raise Problem(_l("A series begins today or later."), field="first")


def _add_dates(
    change: Change,
    series: Series,
    offered: Sequence[PlannedDate],
    chosen: Sequence[date],
    plan: Plan,
) -> None:
    """Plan the chosen ones of the offered dates. Raises a Problem."""
    wanted = set(chosen)
    if not wanted:
        raise Problem(_l("Choose at least one date."))
    if not wanted <= {
        planned_date.named for planned_date in offered if planned_date.day is not None
    }:
        raise Problem(DATES_CHANGED, status=409)
    for planned_date in offered:
        series_date = SeriesDate(public_id=new_public_id(), named=planned_date.named)
        if planned_date.named in wanted and planned_date.day is not None:
            with told_of(planned_date.day):
                series_date.workshop_id, series_date.meeting_id = plan(planned_date.day)
        series.dates.append(series_date)
    change.session.flush()


@contextmanager
def told_of(day: date) -> Iterator[None]:
    """Say of which day it is what stands in the way."""
    try:
        yield
    except (OneStandsInTheWay, Forbidden):
        raise
    except Problem as problem:
        raise OneStandsInTheWay(day, str(problem)) from problem


def _planned_before(session: Session, public_id: str, by: Actor) -> bool:
    """True if this actor planned that series already. Raises NotFound if somebody else did."""
    maker = session.scalar(select(Series.created_by).where(Series.public_id == public_id))
    if maker is not None and maker != by.public_id:
        raise NotFound
    return maker is not None


def refuse_unless_run(session: Session, workshop: Workshop, by: Actor) -> None:
    """Raise Forbidden unless the actor may change this workshop."""
    reach = by.reach("workshops.edit")
    if reach is Reach.ALL:
        return
    if reach is not Reach.OWN or not session.scalar(run_by(by).where(Workshop.id == workshop.id)):
        raise Forbidden


def held_series(session: Session, public_id: str, by: Actor) -> Series:
    """A series that the actor runs, with its dates, held until the transaction ends.

    Raises NotFound and Forbidden.
    """
    series = one_or_404(
        session.scalars(
            series_in_reach(by)
            .where(Series.public_id == public_id)
            .with_for_update(of=Series)
            .options(
                selectinload(Series.dates).joinedload(SeriesDate.workshop),
                selectinload(Series.dates).joinedload(SeriesDate.meeting),
            )
        ).first()
    )
    if series.forum is not None:
        forum_run_by(session, series.forum.public_id, by)
    return series


def plan_like(change: Change, series: Series, model: SeriesDate, by: Actor) -> tuple[int, Plan]:
    """Days that a date of a series lasts, and the way to plan another that is like `model`."""
    session = change.session
    if model.workshop is not None:
        source = planning.held_workshop(session, model.workshop.public_id)
        refuse_unless_run(session, source, by)

        def plan(day: date) -> tuple[int | None, int | None]:
            copy = planning.copied(session, source, day, by, change.now)
            change.about(copy.public_id)
            return copy.id, None

        return (source.ends_on - source.starts_on).days + 1, plan
    meeting = one_or_404(model.meeting)
    minutes = one_or_404(
        session.scalar(select(Slot.minutes).where(Slot.register_id == meeting.register_id))
    )
    begins = to_local(meeting.starts_at).time()
    forum = one_or_404(series.forum)
    return 1, _meeting_plan(change, forum, begins, minutes, meeting.place)


def _meeting_plan(change: Change, forum: Forum, begins: time, minutes: int, place: str) -> Plan:
    def plan(day: date) -> tuple[int | None, int | None]:
        starts_at = from_local(day, begins)
        meeting = meetings.planned(
            change.session, forum, starts_at, place, change.now, minutes=minutes, as_last_time=True
        )
        change.about(meeting.public_id)
        return None, meeting.id

    return plan


@dataclass(frozen=True)
class ComingChange:
    """Change of several dates: so many days later (or earlier), from another hour, elsewhere. What
    is None stays; `venue` is a public id, `place` that of meetings in words."""

    days: int = 0
    begins: time | None = None
    venue: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Changed:
    """Numbers of dates that were changed, and of those that stay as somebody had set them."""

    changed: int
    kept: int


def change_coming(
    series: str, anchor: str, wanted: ComingChange, by: Actor, *, all_to_come: bool = False
) -> Changed:
    """Change a date (`anchor`, a public id) and those that follow it, or all that are to come.

    An hour or a place that somebody gave a single date by hand stays: only where it is that of the
    anchor it is changed. What has passed, has marks or was called off stays as it is. Raises
    NotFound, Forbidden, DateOver, NothingToChange and OneStandsInTheWay.
    """
    with audited("series.changed", by) as change:
        session = change.session
        locked = held_series(session, series, by)
        held = held_dates(locked, change.now)
        model = one_or_404(next((date for date in held if date.public_id == anchor), None))
        if not model.to_come:
            raise Problem(_DATE_OVER)
        following = [
            date for date in held if date.to_come and (all_to_come or date.number >= model.number)
        ]
        changed = 0
        # The last first, so that none meets the one after it on its way.
        for one in sorted(following, key=lambda one: one.number, reverse=wanted.days > 0):
            with told_of(one.day or one.named):
                changed += _change_one(change, locked, one, model, wanted, by)
        if not changed:
            raise Problem(
                _l(
                    "No date from then on is still to come and without marks, so"
                    " nothing was changed."
                )
            )
        change.about(locked.public_id)
        return Changed(changed, len(following) - changed)


def leave_out(series: str, dates: Sequence[str], reason: str, by: Actor) -> int:
    """Call dates of a series off (public ids of those to come); returns how many.

    Raises NotFound, Forbidden, Problem and OneStandsInTheWay.
    """
    with audited("series.left_out", by) as change:
        session = change.session
        locked = held_series(session, series, by)
        wanted = set(dates)
        chosen = [date for date in held_dates(locked, change.now) if date.public_id in wanted]
        one_or_404(chosen or None)
        for called_off in chosen:
            if not called_off.to_come:
                raise Problem(_DATE_OVER)
            with told_of(called_off.day or called_off.named):
                date = next(date for date in locked.dates if date.public_id == called_off.public_id)
                if date.meeting is not None:
                    meetings.call_off(session, date.meeting, reason, change.now, by)
                else:
                    workshop = _workshop(session, called_off.workshop, by)
                    planning.call_off(session, workshop, reason, change.now)
            change.about(called_off.workshop or called_off.meeting)
        change.about(locked.public_id)
        return len(chosen)


def take_up(series: str, date_id: str, by: Actor) -> None:
    """Hold a date after all that was left out or called off: what was called off is planned again
    as it was, else it is planned on the day that the rule names, as the date before it.

    Raises NotFound, Forbidden, Problem and OneStandsInTheWay.
    """
    with audited("series.taken_up", by) as change:
        session = change.session
        locked = held_series(session, series, by)
        dates = held_dates(locked, change.now)
        taken = one_or_404(next((date for date in dates if date.public_id == date_id), None))
        if taken.state not in ("left_out", "cancelled"):
            change.nothing()
            return
        if taken.over:
            raise Problem(_DATE_OVER)
        date = next(date for date in locked.dates if date.public_id == date_id)
        with told_of(taken.day or taken.named):
            if date.workshop is not None:
                workshop = _workshop(session, date.workshop.public_id, by)
                with without_new_clashes(session, workshop):
                    planning.take_up_again(workshop)
            elif date.meeting is not None:
                meetings.take_up_again(session, date.meeting)
            else:
                model = _model_for(locked, taken.number)
                _days, plan = plan_like(change, locked, model, by)
                date.workshop_id, date.meeting_id = plan(date.named)
        change.about(locked.public_id, taken.workshop or taken.meeting or date.public_id)


def _change_one(
    change: Change, series: Series, one: HeldDate, model: HeldDate, wanted: ComingChange, by: Actor
) -> bool:
    """Change one date; False if nothing of what is wanted is for it."""
    day = one_or_404(one.day) + timedelta(days=wanted.days)
    begins = wanted.begins if one.begins == model.begins else None
    elsewhere = one.place == model.place
    date = next(date for date in series.dates if date.public_id == one.public_id)
    if date.workshop is not None:
        workshop = _workshop(change.session, date.workshop.public_id, by)
        venue = wanted.venue if elsewhere else None
        before = moved(change.session, workshop, day, change.now, day_starts_at=begins, venue=venue)
        if before is None:
            return False
    else:
        meeting, forum = one_or_404(date.meeting), one_or_404(series.forum)
        starts_at = from_local(day, begins or to_local(meeting.starts_at).time())
        place = meeting.place if wanted.place is None or not elsewhere else wanted.place
        if (starts_at, place) == (meeting.starts_at, meeting.place):
            return False
        meetings.moved(change.session, forum, meeting, starts_at, place)
    change.about(one.workshop or one.meeting)
    return True


def _workshop(session: Session, public_id: str, by: Actor) -> Workshop:
    workshop = planning.held_workshop(session, public_id)
    refuse_unless_run(session, workshop, by)
    return workshop


def _model_for(series: Series, number: int) -> SeriesDate:
    """The nearest date before the one of this number that is held, else the nearest after it."""
    dates = [
        (at, date)
        for at, date in enumerate(series.dates, start=1)
        if date.workshop is not None or date.meeting is not None
    ]
    return one_or_404(
        min(dates, key=lambda each: (each[0] > number, abs(each[0] - number)))[1] if dates else None
    )
