"""Series that somebody runs and their dates, beside those that just aren't hers."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from kash.attendance.models import Slot
from kash.forums.models import Forum, Meeting
from kash.people.models import Venue
from kash.planning.series.models import Series, SeriesDate
from kash.planning.series.queries import (
    MOST_SHOWN,
    HeldDate,
    any_holiday,
    held_dates,
    next_days,
    one_series,
    series_in_reach,
    series_list,
    series_of_forum,
    series_of_workshop,
)
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.models import Workshop
from tests.rows import NOW, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def _series(days: int = 0, **of: Any) -> Series:
    at = NOW + days * DAY
    return row(Series, repeats="weekly", first=TODAY, created_at=at, **({"forum": None} | of))


def _workshop(days: int, state: str = "planned", **more: Any) -> Workshop:
    day = TODAY + days * DAY
    told = {"starts_on": day, "ends_on": day + DAY, "day_starts_at": time(8), "venue": None}
    return row(Workshop, state=state, **(told | more))


def test_series_are_hers_who_runs_the_forum_or_the_workshop_the_newest_first(actor):
    director, trainer, other = actor("director"), actor("trainer"), actor("trainer")
    peer, monitor = actor("peer"), actor("monitoring")
    mine, theirs = (row(Forum, secretary_id=one.account_id) for one in (trainer, other))
    held, strange = _workshop(0, created_by=trainer.public_id), _workshop(0)
    made = [
        _series(2, forum=mine),
        _series(4, source=held),
        _series(3, forum=theirs),
        _series(1, source=strange),
        _series(5, forum=mine),
    ]

    def listed(who: Actor) -> list[int]:
        return [made.index(one) for one in db.session.scalars(series_list(who))]

    assert listed(trainer) == [4, 1, 0]
    assert listed(other) == [2]
    assert listed(director)[:3] == [4, 2, 0]
    assert listed(peer) == listed(monitor) == []
    assert set(db.session.scalars(series_in_reach(trainer))) == {made[0], made[1], made[4]}
    assert one_series(made[1].public_id, trainer) == made[1]
    with pytest.raises(NotFound):
        one_series(made[2].public_id, trainer)
    assert series_of_forum(mine.public_id, trainer) == [made[4], made[0]]
    assert series_of_forum(theirs.public_id, trainer) == []
    for days in range(MOST_SHOWN):
        _series(9 + days, forum=theirs)
    assert len(series_of_forum(theirs.public_id, other)) == MOST_SHOWN
    in_none = _workshop(1, created_by=trainer.public_id)
    row(SeriesDate, series_id=made[1].id, named=TODAY, workshop=held)
    assert series_of_workshop(held.public_id, trainer) == (True, made[1])
    assert series_of_workshop(in_none.public_id, trainer) == (True, None)
    assert series_of_workshop(held.public_id, other) == (False, None)


def test_dates_stand_in_their_order_with_what_became_of_each():
    of_workshops, of_meetings = _series(source=_workshop(-9)), _series(forum=row(Forum))
    venue = row(Venue, name="Hall")
    workshops = [
        _workshop(7),
        _workshop(-1),
        _workshop(0, venue=venue),
        _workshop(3, state="cancelled"),
        _workshop(4),
        _workshop(5),
        _workshop(6),
    ]
    for workshop, more in zip(
        workshops[4:], ({"began_at": NOW}, {"confirmed_at": NOW}, {"closed_at": NOW}), strict=True
    ):
        row(Slot, register_id=workshop.register_id, position=1, **more)

    def date_of(series: Series, days: int, **of: Any) -> SeriesDate:
        held = {"workshop": None, "meeting": None} | of
        return row(SeriesDate, series_id=series.id, named=TODAY + days * DAY, **held)

    dates = [date_of(of_workshops, 40 - at, workshop=one) for at, one in enumerate(workshops)]
    dates += [date_of(of_workshops, days) for days in (-1, 0)]
    db.session.refresh(of_workshops)

    def told(at: int, number: int, state: str, *, over: bool = False) -> HeldDate:
        one = dates[at]
        held = one.workshop
        return HeldDate(
            public_id=one.public_id,
            number=number,
            named=one.named,
            day=held.starts_on if held else None,
            last=held.ends_on if held else None,
            begins=held.day_starts_at if held else None,
            place="Hall" if at == 2 else "",
            workshop=held.public_id if held else "",
            meeting="",
            state=state,
            over=over,
        )

    found = held_dates(of_workshops, NOW)
    assert found == [
        told(7, 1, "left_out", over=True),
        told(8, 2, "left_out"),
        told(6, 3, "planned"),
        told(5, 4, "begun"),
        told(4, 5, "begun"),
        told(3, 6, "cancelled"),
        told(2, 7, "planned"),
        told(1, 8, "planned", over=True),
        told(0, 9, "planned"),
    ]
    assert [one.to_come for one in found] == [
        False,
        False,
        True,
        False,
        False,
        False,
        True,
        False,
        True,
    ]
    meetings = [
        row(Meeting, starts_at=at, state=state, place="Room")
        for at, state in (
            (NOW - MINUTE, "planned"),
            (NOW, "planned"),
            (NOW + 2 * DAY, "cancelled"),
            (NOW + 3 * DAY, "planned"),
            (NOW - DAY, "held"),
        )
    ]
    row(Slot, register_id=meetings[3].register_id, position=1, began_at=NOW)
    for at, meeting in enumerate(meetings):
        date_of(of_meetings, at, meeting=meeting)
    db.session.refresh(of_meetings)
    rows = [
        (one.meeting, one.day, one.last, one.begins, one.place, one.state, one.over)
        for one in held_dates(of_meetings, NOW)
    ]
    ids = [one.public_id for one in meetings]
    assert rows == [
        (ids[0], TODAY, TODAY, time(11, 59), "Room", "planned", True),
        (ids[1], TODAY, TODAY, time(12), "Room", "planned", False),
        (ids[2], TODAY + 2 * DAY, TODAY + 2 * DAY, time(12), "Room", "cancelled", False),
        (ids[3], TODAY + 3 * DAY, TODAY + 3 * DAY, time(12), "Room", "begun", False),
        (ids[4], TODAY - DAY, TODAY - DAY, time(12), "Room", "held", True),
    ]
    over = _series(source=workshops[0])
    assert next_days([of_workshops, of_meetings, over], NOW) == {
        of_workshops.id: TODAY,
        of_meetings.id: NOW,
    }
    assert next_days([of_meetings], NOW + MINUTE) == {of_meetings.id: NOW + 3 * DAY}


def test_a_day_is_barred_by_a_holiday_on_it_or_on_one_of_the_next():
    row(LocalHoliday, day=TODAY)
    days = [TODAY + number * DAY for number in (-2, -1, 0, 1)]
    assert [any_holiday(2)(day) for day in days] == [False, True, True, False]
    assert [any_holiday(1)(day) for day in days] == [False, False, True, False]
    assert any_holiday(1)(date(2026, 12, 25))
