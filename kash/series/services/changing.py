"""Changing what is to come of a series, leaving dates out and taking them up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from sqlalchemy.orm import Session

from kash.forums.services import meetings
from kash.platform.vault import Change, audited
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor
from kash.series.errors import DateOver, NothingToChange
from kash.series.models import Series, SeriesDate
from kash.series.queries import HeldDate, held_dates
from kash.series.services.planning import held_series, plan_like, refuse_unless_run, told_of
from kash.workshops.models import Workshop
from kash.workshops.schedule_checks import without_new_clashes
from kash.workshops.services import planning
from kash.workshops.services.moving import moved


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
        found = held_series(session, series, by)
        held = held_dates(found, change.now)
        model = one_or_404(next((one for one in held if one.public_id == anchor), None))
        if not model.to_come:
            raise DateOver
        following = [
            one for one in held if one.to_come and (all_to_come or one.number >= model.number)
        ]
        changed = 0
        # The last first, so that none meets the one after it on its way.
        for one in sorted(following, key=lambda one: one.number, reverse=wanted.days > 0):
            with told_of(one.day or one.named):
                changed += _change_one(change, found, one, model, wanted, by)
        if not changed:
            raise NothingToChange
        change.about(found.public_id)
        return Changed(changed, len(following) - changed)


def leave_out(series: str, dates: Sequence[str], reason: str, by: Actor) -> int:
    """Call dates of a series off (public ids of those to come); returns how many.

    Raises NotFound, Forbidden, DateOver and OneStandsInTheWay.
    """
    with audited("series.left_out", by) as change:
        session = change.session
        found = held_series(session, series, by)
        wanted = set(dates)
        held = [one for one in held_dates(found, change.now) if one.public_id in wanted]
        one_or_404(held or None)
        for one in held:
            if not one.to_come:
                raise DateOver
            with told_of(one.day or one.named):
                row = next(each for each in found.dates if each.public_id == one.public_id)
                if row.meeting is not None:
                    meetings.call_off(session, row.meeting, reason, change.now, by)
                else:
                    workshop = _workshop(session, one.workshop, by)
                    planning.call_off(session, workshop, reason, change.now)
            change.about(one.workshop or one.meeting)
        change.about(found.public_id)
        return len(held)


def take_up(series: str, date_id: str, by: Actor) -> None:
    """Hold a date after all that was left out or called off: what was called off is planned again
    as it was, else it is planned on the day that the rule names, as the date before it.

    Raises NotFound, Forbidden, DateOver and OneStandsInTheWay.
    """
    with audited("series.taken_up", by) as change:
        session = change.session
        found = held_series(session, series, by)
        held = held_dates(found, change.now)
        one = one_or_404(next((each for each in held if each.public_id == date_id), None))
        if one.state not in ("left_out", "cancelled"):
            change.nothing()
            return
        if one.over:
            raise DateOver
        row = next(each for each in found.dates if each.public_id == date_id)
        with told_of(one.day or one.named):
            if row.workshop is not None:
                workshop = _workshop(session, row.workshop.public_id, by)
                with without_new_clashes(session, workshop):
                    planning.take_up_again(workshop)
            elif row.meeting is not None:
                meetings.take_up_again(session, row.meeting)
            else:
                model = _model_for(found, one.number)
                _days, plan = plan_like(change, found, model, by)
                row.workshop_id, row.meeting_id = plan(row.named)
        change.about(found.public_id, one.workshop or one.meeting or row.public_id)


def _change_one(
    change: Change,
    series: Series,
    one: HeldDate,
    model: HeldDate,
    wanted: ComingChange,
    by: Actor,
) -> bool:
    """Change one date; False if nothing of what is wanted is for it."""
    day = one_or_404(one.day) + timedelta(days=wanted.days)
    begins = wanted.begins if one.begins == model.begins else None
    elsewhere = one.place == model.place
    row = next(each for each in series.dates if each.public_id == one.public_id)
    if row.workshop is not None:
        workshop = _workshop(change.session, row.workshop.public_id, by)
        venue = wanted.venue if elsewhere else None
        before = moved(change.session, workshop, day, change.now, day_starts_at=begins, venue=venue)
        if before is None:
            return False
    else:
        meeting, forum = one_or_404(row.meeting), one_or_404(series.forum)
        starts_at = from_local(day, begins or to_local(meeting.starts_at).time())
        place = meeting.place if wanted.place is None or not elsewhere else wanted.place
        if (starts_at, place) == (meeting.starts_at, meeting.place):
            return False
        meetings.moved(change.session, forum, meeting, starts_at, place)
    change.about(one.workshop or one.meeting)
    return True


def _workshop(session: Session, public_id: str, by: Actor) -> Workshop:
    found = planning.held_workshop(session, public_id)
    refuse_unless_run(session, found, by)
    return found


def _model_for(series: Series, number: int) -> SeriesDate:
    """The nearest date before the one of this number that is held, else the nearest after it."""
    held = [
        (at, one)
        for at, one in enumerate(series.dates, start=1)
        if one.workshop is not None or one.meeting is not None
    ]
    return one_or_404(
        min(held, key=lambda each: (each[0] > number, abs(each[0] - number)))[1] if held else None
    )
