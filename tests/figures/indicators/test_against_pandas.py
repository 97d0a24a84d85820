"""Figures beside what pandas makes of the same rows: people in several groups over time, repeats,
refreshers, shared workshops, unnamed heads."""

import random
from collections.abc import Mapping
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any

import pytest

from kash.attendance.models import Headcount, Register, Slot
from kash.figures.indicators.models import Completion
from kash.figures.indicators.queries.figures import shared_views, table_of, totals_of
from kash.figures.indicators.rules import (
    HeldCourse,
    IndicatorKey,
    Period,
    quarter,
    refreshers,
    year,
)
from kash.people.models import Group, Organisation, Person
from kash.platform.database import db
from kash.platform.web.formats import from_local
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Funder, Funding, Workshop

PEOPLE, WORKSHOPS = 24, 14
PERIODS = (year(2025), quarter(2025, 2), Period(date(2025, 2, 10), date(2025, 8, 3)))
OF_FACTS = (
    IndicatorKey.COMPLETED,
    IndicatorKey.REACHED,
    IndicatorKey.ATTENDANCES,
    IndicatorKey.REFRESHED,
)
DIMENSIONS = ("group", "sex", "age_band", "cadre", "station", "ward", "course", "refresher")


@pytest.fixture(scope="module")
def pandas():
    import pandas

    return pandas


def _workshop(number: int, course: CourseVersion, day: date, *, held: bool) -> Workshop:
    confirmed = from_local(day, time(17)) if held else None
    starts = from_local(day, time(9))
    slots = [
        Slot(
            position=place,
            starts_at=starts + timedelta(hours=place),
            minutes=60,
            closed_at=confirmed,
            closed_by="x" if held else None,
            confirmed_at=confirmed,
            confirmed_by="y" if held else None,
        )
        for place in (1, 2)
    ]
    return Workshop(
        version=course,
        register=Register(purpose="workshop", slots=slots),
        title=f"Workshop {number}",
        starts_on=day,
        ends_on=day,
        created_by="system",
    )


def programme(seed: int) -> dict[str, list[dict[str, Any]]]:
    """A programme of few people who come often, written into the tables; its rows as pandas takes
    them."""
    chance = random.Random(seed)
    groups = db.session.query(Group).order_by(Group.letter).all()
    funders = [Funder(name=f"Funder {number}") for number in range(3)]
    stations = [Organisation(name=f"Station {number}", kind="station") for number in range(3)]
    versions = [
        CourseVersion(
            course=Course(name=f"Course {number}"), number=1, language="en", public_title="X",
            state="published",
        )
        for number in range(2)
    ]  # fmt: skip
    people = [
        Person(chosen_name=f"P {number}", sort_name=f"p {number}", group=groups[0],
               created_by="system")
        for number in range(PEOPLE)
    ]  # fmt: skip
    db.session.add_all([*funders, *stations, *versions, *people])
    db.session.flush()
    facts: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    heads: list[dict[str, Any]] = []
    workshops: list[dict[str, Any]] = []
    written: list[Completion] = []
    for number in range(WORKSHOPS):
        day = date(2025, 1, 1) + timedelta(chance.randrange(420))
        version = chance.choice(versions)
        held = chance.random() < 0.85
        row = _workshop(number, version, day, held=held)
        db.session.add(row)
        db.session.flush()
        paying = chance.sample(funders, chance.choice((0, 1, 2)))
        first = chance.randint(1, 99)
        for funder, share in zip(paying, (100,) if len(paying) == 1 else (first, 100 - first),
                                 strict=False):  # fmt: skip
            row.funding.append(Funding(funder=funder, share=share))
            shares.append({"workshop": row.id, "funder": funder.public_id, "share": share})
        for slot in row.register.slots:
            for group in groups[:2]:
                if chance.random() < 0.5:
                    count = chance.randint(1, 20)
                    db.session.add(Headcount(slot_id=slot.id, group_id=group.id, count=count))
                    heads.append({"workshop": row.id, "slot": slot.id, "day": day, "held": held,
                                  "group": group.letter, "count": count})  # fmt: skip
        workshops.append({"workshop": row.id, "day": day, "held": held})
        if not held:
            continue
        for person in chance.sample(people, chance.randint(3, 12)):
            minutes = chance.choice((0, 10, 60, 90, 120))
            met = minutes >= 90
            late = day + timedelta(chance.choice((0, 0, 0, 40))) if met else day
            station = chance.choice([None, *stations])
            one = Completion(
                workshop_id=row.id, person_id=person.id, course_id=version.course.id, held_on=day,
                completed_on=late, minutes=minutes, percentage=100 * minutes // 120, met=met,
                group_id=chance.choice(groups[:2]).id, sex=chance.choice(("", "female", "male")),
                age_band=chance.choice(("18-24", "25-34")), cadre=chance.choice(("", "Corporal")),
                organisation_id=station.id if station else None, asked_on=day,
                ward=chance.choice(("Nyalenda", "Manyatta", "")),
            )  # fmt: skip
            db.session.add(one)
            written.append(one)
    db.session.flush()
    for version in versions:
        of_course = [one for one in written if one.course_id == version.course.id]
        again = refreshers(HeldCourse(x.id, x.person_id, x.held_on, x.met) for x in of_course)
        for one in of_course:
            one.refresher = one.id in again
    letters = {group.id: group.letter for group in groups}
    named = {station.id: station.public_id for station in stations}
    courses = {version.course.id: version.course.public_id for version in versions}
    for one in written:
        facts.append({
            "id": one.id, "person": one.person_id, "workshop": one.workshop_id,
            "held_on": one.held_on, "completed_on": one.completed_on, "minutes": one.minutes,
            "met": one.met, "again": one.refresher, "group": letters[one.group_id],
            "sex": one.sex, "age_band": one.age_band, "cadre": one.cadre,
            "station": named.get(one.organisation_id or 0, ""), "ward": one.ward,
            "course": courses[one.course_id],
            "refresher": "refresher" if one.refresher else "new",
        })  # fmt: skip
    db.session.commit()
    return {"facts": facts, "shares": shares, "heads": heads, "workshops": workshops}


def _counted(frame: Any, key: str, period: Period) -> Any:
    day = "completed_on" if key in (IndicatorKey.COMPLETED, IndicatorKey.REFRESHED) else "held_on"
    found = frame[(frame[day] >= period.first) & (frame[day] <= period.last)]
    if key in (IndicatorKey.COMPLETED, IndicatorKey.REFRESHED):
        found = found[found["met"]]
    else:
        found = found[found["minutes"] > 0]
    if key == IndicatorKey.REFRESHED:
        found = found[found["again"]]
    return found.assign(day=found[day]).sort_values(["day", "id"])


def _by(found: Any, name: str, key: str) -> dict[tuple[str, ...], int]:
    """People by what they were last, or as they came; attendances as they came."""
    if key == IndicatorKey.ATTENDANCES:
        counts = found.groupby(name).size()
    elif name in ("course", "refresher"):
        counts = found.groupby(name)["person"].nunique()
    else:
        counts = found.drop_duplicates("person", keep="last").groupby(name).size()
    return {(value,): int(count) for value, count in counts.items()}


def _cells(key: str, period: Period, *by: str, funder: str | None = None) -> Mapping[Any, Any]:
    table = table_of(key, period, by, funder=funder, actor=None)
    return {cell.values: cell.count for cell in table.cells}


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_that_pandas_counts(app, pandas, seed):
    found = programme(seed)
    frame = pandas.DataFrame(found["facts"])
    shares = pandas.DataFrame(found["shares"], columns=["workshop", "funder", "share"])
    for period in PERIODS:
        totals = totals_of(OF_FACTS, period)
        for key in OF_FACTS:
            counted = _counted(frame, key, period)
            people = key != IndicatorKey.ATTENDANCES
            total = counted["person"].nunique() if people else len(counted)
            assert totals[key] == total
            assert _cells(key, period) == {(): total}
            for name in DIMENSIONS:
                assert _cells(key, period, name) == _by(counted, name, key), (key, name)
            paid = counted.merge(shares, on="workshop", how="left").fillna({"funder": ""})
            by_funder = paid.groupby("funder")["person"]
            counts = by_funder.nunique() if people else by_funder.size()
            assert _cells(key, period, "funder") == {(k,): int(v) for k, v in counts.items()}
            for funder, own in paid[paid["funder"] != ""].groupby("funder"):
                count = own["person"].nunique() if people else len(own)
                assert totals_of((key,), period, funder=str(funder)) == {key: count}
                assert _cells(key, period, funder=str(funder)) == {(): count}


@pytest.mark.parametrize("seed", range(3, 6))
def test_shares_heads_and_workshops_are_those_that_pandas_counts(app, pandas, seed):
    found = programme(seed)
    frame = pandas.DataFrame(found["facts"])
    shares = pandas.DataFrame(found["shares"], columns=["workshop", "funder", "share"])
    heads = pandas.DataFrame(found["heads"])
    workshops = pandas.DataFrame(found["workshops"])
    for period in PERIODS:
        counted = _counted(frame, IndicatorKey.REACHED, period)
        together = counted.merge(shares, on="workshop", how="left")
        together = together.fillna({"funder": "", "share": 100})
        times = counted.groupby("person")["workshop"].nunique()
        weights: dict[str, Fraction] = {}
        for row in together.itertuples():
            part = Fraction(int(row.share), 100 * int(times[row.person]))
            weights[row.funder] = weights.get(row.funder, Fraction(0)) + part
        reached = together.groupby("funder")["person"].nunique()
        views = shared_views(IndicatorKey.REACHED, period)
        assert {one.funder: one.reached for one in views} == reached.to_dict()
        assert sum(one.weighted for one in views) == counted["person"].nunique()
        assert all(abs(one.weighted - weights[one.funder]) < 1 for one in views)
        inside = (workshops["day"] >= period.first) & (workshops["day"] <= period.last)
        held = int((inside & workshops["held"]).sum())
        assert _cells(IndicatorKey.WORKSHOPS, period) == {(): held or None}
        there = heads[(heads["day"] >= period.first) & (heads["day"] <= period.last)]
        there = there[there["held"]]
        sums = there.groupby(["workshop", "slot"])["count"].sum().reset_index()
        fullest = sums.sort_values(["count", "slot"], ascending=[False, True])
        slots = set(fullest.drop_duplicates("workshop")["slot"])
        kept = there[there["slot"].isin(slots)]
        assert _cells(IndicatorKey.HEADCOUNT, period) == {(): int(kept["count"].sum()) or None}
        by_group = kept.groupby("group")["count"].sum()
        assert _cells(IndicatorKey.HEADCOUNT, period, "group") == {
            (letter,): int(count) for letter, count in by_group.items()
        }


def test_a_period_of_which_nothing_is_known_is_told_as_no_data_and_not_as_nobody(app):
    programme(7)
    for key in IndicatorKey:
        assert table_of(key, year(2019), actor=None).total.count is None
    assert set(totals_of(tuple(IndicatorKey), year(2019)).values()) == {None}
    # Workshops were held then, and nobody was certified: that is known.
    assert totals_of((IndicatorKey.CERTIFIED,), year(2025)) == {IndicatorKey.CERTIFIED: 0}
