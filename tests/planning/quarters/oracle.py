"""The best plan there is, found by integer programming, which knows nothing of how Kash plans."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from kash.planning.quarters.rules.board import Hindering, QuarterProgramme, QuarterWorkshop

Row = dict[int, float]


class _Model:
    def __init__(self) -> None:
        self.gain: list[float] = []
        self.rows: list[tuple[Row, float, float]] = []

    def variable(self, gain: float = 0) -> int:
        self.gain.append(gain)
        return len(self.gain) - 1

    def at_most(self, row: Row, limit: float) -> None:
        if row:
            self.rows.append((row, -np.inf, limit))

    def equal(self, row: Row, value: float) -> None:
        self.rows.append((row, value, value))


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def best_worth(programme: QuarterProgramme, seconds: float = 60) -> float:
    """A bound on how many people any plan trains: that of the best plan, if it is found in time."""
    model = _Model()
    trainer_day: defaultdict[tuple[str, date], Row] = defaultdict(dict)
    venue_day: defaultdict[tuple[str, date], Row] = defaultdict(dict)
    station_day: defaultdict[tuple[str, date], Row] = defaultdict(dict)
    police: set[int] = set()
    for wanted in programme.wanted:
        once: Row = {}
        for first in _days(programme.first, (programme.last - programme.first).days + 1):
            days = _days(first, wanted.days)
            if any(
                day > programme.last
                or day.weekday() not in programme.weekdays
                or day in programme.holidays
                or any(
                    one.first <= day <= one.last
                    for station in wanted.stations
                    for one in programme.sent.get(station, ())
                )
                for day in days
            ):
                continue
            held = _venues(model, programme, wanted, days, venue_day)
            if not held:
                continue
            once |= held
            if wanted.police:
                police |= set(held)
            for station in wanted.stations:
                for day in days:
                    station_day[station, day] |= held
            _team(model, programme, wanted, days, held, trainer_day)
        model.at_most(once, 1)
    for rows in (trainer_day, venue_day, station_day):
        for row in rows.values():
            model.at_most(row, 1)
    _months(model, programme, trainer_day)
    _habits(model, programme, venue_day, police)
    return _solved(model, seconds)


def _venues(
    model: _Model,
    programme: QuarterProgramme,
    wanted: QuarterWorkshop,
    days: list[date],
    venue_day: dict[tuple[str, date], Row],
) -> Row:
    held: Row = {}
    for venue in programme.venues:
        ways = [
            0 if zone == venue.zone else programme.minutes.get(frozenset((zone, venue.zone)), 0)
            for zone in wanted.zones
            if venue.zone is not None
        ]
        if (
            (venue.seats is not None and venue.seats < wanted.people)
            or any(way > programme.most_minutes for way in ways)
            or any(one.first <= day <= one.last for one in venue.taken for day in days)
        ):
            continue
        one = model.variable(wanted.people)
        held[one] = 1
        for day in days:
            venue_day[venue.key, day][one] = 1
    return held


def _team(
    model: _Model,
    programme: QuarterProgramme,
    wanted: QuarterWorkshop,
    days: list[date],
    held: Row,
    trainer_day: dict[tuple[str, date], Row],
) -> None:
    leading: Row = {}
    beside: Row = {}
    for trainer in programme.trainers:
        if any(
            day.weekday() not in trainer.weekdays
            or any(one.first <= day <= one.last for one in trainer.taken)
            for day in days
        ):
            continue
        chosen: Row = {}
        if wanted.course in trainer.leads:
            leading[one := model.variable()] = 1
            chosen[one] = 1
        if wanted.course in trainer.leads | trainer.teaches and wanted.trainers > 1:
            beside[one := model.variable()] = 1
            chosen[one] = 1
        for day in days:
            trainer_day[trainer.key, day] |= chosen
    less = dict.fromkeys(held, -1.0)
    model.equal(leading | less, 0)
    model.equal(beside | dict.fromkeys(held, -(wanted.trainers - 1.0)), 0)


def _months(
    model: _Model, programme: QuarterProgramme, trainer_day: dict[tuple[str, date], Row]
) -> None:
    for trainer in programme.trainers:
        if trainer.most_days is None:
            continue
        engaged = {
            day
            for one in trainer.taken
            if one.kind is Hindering.ENGAGED
            for day in _days(one.first, (one.last - one.first).days + 1)
        }
        months: defaultdict[tuple[int, int], Row] = defaultdict(dict)
        for (key, day), row in trainer_day.items():
            if key == trainer.key:
                month = months[day.year, day.month]
                for one in row:
                    month[one] = month.get(one, 0) + 1
        for (year, number), row in months.items():
            spent = sum((day.year, day.month) == (year, number) for day in engaged)
            model.at_most(row, max(0, trainer.most_days - spent))


def _habits(
    model: _Model,
    programme: QuarterProgramme,
    venue_day: dict[tuple[str, date], Row],
    police: set[int],
) -> None:
    """No three days of one weekday at one venue of which each lies at most five weeks after the one
    before."""
    assert programme.times == 3
    weeks = [timedelta(weeks=number) for number in range(1, 6)]
    for venue in programme.venues:
        first = programme.first - 2 * weeks[-1]
        for day in _days(first, (programme.last - first).days + 1):
            for one in weeks:
                for two in weeks:
                    three = (day, day + one, day + one + two)
                    held = sum(each in venue.meets for each in three)
                    row: Row = {}
                    for each in three:
                        row |= venue_day.get((venue.key, each), {})
                    row = {key: value for key, value in row.items() if key not in police}
                    if held < 3:
                        model.at_most(row, 2 - held)


def _solved(model: _Model, seconds: float) -> float:
    if not model.gain:
        return 0
    places = [
        (number, one, value)
        for number, (row, _, _) in enumerate(model.rows)
        for one, value in row.items()
    ]
    rows, columns, values = (list(each) for each in zip(*places, strict=True))
    matrix = coo_array((values, (rows, columns)), shape=(len(model.rows), len(model.gain)))
    found = milp(
        -np.array(model.gain),
        integrality=np.ones(len(model.gain)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            matrix.tocsr(), [low for _, low, _ in model.rows], [high for _, _, high in model.rows]
        ),
        options={"time_limit": seconds, "mip_rel_gap": 0.002},
    )
    return -float(found.mip_dual_bound)
