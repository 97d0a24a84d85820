"""Series of the sample: the forum's next meetings, every third Thursday."""

from __future__ import annotations

from datetime import date, time, timedelta

from kash.demo.meetings import PLACE, meeting_days
from kash.platform.database import new_public_id
from kash.policy import Actor
from kash.series.rules import OnHoliday, Pattern, Repeats
from kash.series.services.planning import MeetingHours, dates_after, repeat_meetings

_THURSDAY = 3


def plan_meetings(forum: str, today: date, by: Actor) -> str:
    """Plan three dates after the meetings that the sample has, of which the second is left out.
    Returns the series' public id."""
    first = (meeting_days(today)[-1].replace(day=28) + timedelta(days=7)).replace(day=1)
    rule = Pattern(
        Repeats.MONTHLY_WEEKDAY,
        first,
        weekdays=(_THURSDAY,),
        ordinal=3,
        count=3,
        on_holiday=OnHoliday.NEXT,
    )
    dates = [one.named for one in dates_after(rule, 1)]
    hours = MeetingHours(time(9), time(11, 30), PLACE)
    return repeat_meetings(forum, rule, hours, [dates[0], dates[2]], by, public_id=new_public_id())
