"""Circumstances of a timetable: holidays, absences, blocks, teaching days, travel and room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time

from kash.availability.queries.spans import (
    absences_between,
    teaching_days,
    travel_minutes,
    venue_blocks_between,
)
from kash.clashes.queries.timetable import EventTable, Expected
from kash.clashes.rules.engagements import DAY, Engagement
from kash.clashes.rules.finding import Blocked, DayRange, Room, ScheduleFacts, TeachingLimits
from kash.clashes.rules.kinds import ClashKind, ClashRules
from kash.holidays.queries import local_holidays_between
from kash.holidays.rules import public_holidays

_TRAVELLING = frozenset({ClashKind.TRAVEL, ClashKind.LATE})


def circumstances(
    first: date, last: date, rules: ClashRules, timetable: EventTable
) -> ScheduleFacts:
    """Circumstances on these days, as far as the rules look for them; seven queries at most."""
    kinds = rules.looked_for
    zones = {zone for there in timetable.expected.values() for zone in there.zones}
    return ScheduleFacts(
        travel=travel_minutes(zones) if kinds & _TRAVELLING else {},
        holidays=_holidays(first, last) if ClashKind.HOLIDAY in kinds else frozenset(),
        absences=_absences(first, last) if ClashKind.ABSENCE in kinds else {},
        teaching=_teaching() if ClashKind.TEACHING_DAYS in kinds else {},
        blocks=_blocks(first, last) if ClashKind.BLOCK in kinds else {},
        rooms=_rooms(timetable),
        limits=rules.limits,
    )


def with_ways_home(
    engagements: Iterable[Engagement],
    expected: Mapping[str, Expected],
    travel: Mapping[frozenset[int], int],
) -> list[Engagement]:
    """Engagements with the minutes that the longest way home takes, where they are known: from the
    zone of the venue to those in which people live."""
    found = []
    for one in engagements:
        there = expected.get(one.event)
        if there is not None and one.zone is not None and there.zones:
            longest = max(travel.get(frozenset({one.zone, zone}), 0) for zone in there.zones)
            found.append(replace(one, way_home=longest) if longest else one)
        else:
            found.append(one)
    return found


def _holidays(first: date, last: date) -> frozenset[date]:
    of_law = {day for year in range(first.year, last.year + 1) for day in public_holidays(year)}
    return frozenset(of_law | {one.day for one in local_holidays_between(first, last)})


def _absences(first: date, last: date) -> dict[int, Sequence[DayRange]]:
    found: defaultdict[int, list[DayRange]] = defaultdict(list)
    for one in absences_between(first, last):
        found[one.account_id].append(DayRange(one.first, one.last))
    return dict(found)


def _teaching() -> dict[int, TeachingLimits]:
    return {
        account: TeachingLimits(one.weekdays, one.most_days_a_month)
        for account, one in teaching_days().items()
    }


def _blocks(first: date, last: date) -> dict[int, Sequence[Blocked]]:
    found: defaultdict[int, list[Blocked]] = defaultdict(list)
    for one in venue_blocks_between(first, last):
        days = DayRange(one.first, one.last)
        begins, ends = _minutes(one.starts_at, 0), _minutes(one.ends_at, DAY)
        found[one.venue_id].append(Blocked(days, begins, ends))
    return dict(found)


def _minutes(clock: time | None, otherwise: int) -> int:
    return otherwise if clock is None else clock.hour * 60 + clock.minute


def _rooms(timetable: EventTable) -> dict[str, Room]:
    rooms = {}
    for public_id, row in timetable.workshops.items():
        there = timetable.expected.get(public_id) or Expected()
        rooms[public_id] = Room(row.starts_on, there.confirmed, row.capacity, row.venue_seats)
    return rooms
