"""The least that a definition asks for counts wherever the figure is drawn, and its sentence says
exactly that."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kash.attendance.rules.marking import MadeMark, SlotTime, presences
from kash.figures.indicators.models import Completion, IndicatorDefinition
from kash.figures.indicators.queries.definitions import defined_text, rule_text
from kash.figures.indicators.queries.figures import (
    indicator_lines,
    shared_views,
    table_of,
    totals_of,
)
from kash.figures.indicators.rules import BOUNDS, INDICATORS, IndicatorKey, Least, Period, quarter
from kash.figures.statements.queries import counted
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.workshops.models import Funder, Funding, Workshop
from tests.rows import DAY, row

REACHED, ATTENDANCES = IndicatorKey.REACHED, IndicatorKey.ATTENDANCES
QUARTER = quarter(2026, 4)
FIRST, LAST = QUARTER.first, QUARTER.last


@dataclass(frozen=True)
class Came:
    """One person in one workshop: for how many minutes, which share of the hours, and on how many
    days."""

    minutes: int
    share: int
    days: int


@dataclass(frozen=True)
class HeldWorkshop:
    """A workshop that ended on a day, with who came to it; the first funder pays it, or another."""

    last: date
    paid: bool
    came: dict[int, Came]


def some_least(most: int) -> st.SearchStrategy[Least]:
    """Parameters that are small enough to be met, and those at their bounds."""
    return st.builds(
        Least,
        *(
            st.integers(least, least + most) | st.sampled_from((least, last))
            for least, last in BOUNDS.values()
        ),
    )


CAME = st.builds(Came, st.sampled_from((0, 1, 60)), st.integers(0, 100), st.integers(0, 5))
WORKSHOPS = st.lists(
    st.builds(
        HeldWorkshop,
        st.sampled_from((FIRST - DAY, FIRST, date(2026, 11, 5), LAST, LAST + DAY)),
        st.booleans(),
        st.dictionaries(st.integers(0, 3), CAME),
    ),
    max_size=6,
)


def _counting(workshops: list[HeldWorkshop], least: Least) -> list[tuple[HeldWorkshop, int]]:
    """Attendances of the quarter that count by a least, each counted by hand."""
    there = [
        (workshop, person)
        for workshop in workshops
        if FIRST <= workshop.last <= LAST
        for person, came in workshop.came.items()
        if came.minutes > 0 and came.share >= least.share
        if least.days == 1 or came.days >= least.days
    ]
    times = Counter(person for _workshop, person in there)
    return [one for one in there if times[one[1]] >= least.workshops]


def _written(workshops: list[HeldWorkshop], least: Least) -> tuple[Group, Funder]:
    payer, other = row(Funder), row(Funder)
    group = row(Group, is_police=True)
    people = [row(Person, group=group).id for _at in range(4)]
    for one in workshops:
        workshop = row(Workshop, ends_on=one.last, state="planned")
        paying = (payer if one.paid else other).id
        row(Funding, workshop_id=workshop.id, funder_id=paying, share=100)
        for person, came in one.came.items():
            row(
                Completion,
                workshop_id=workshop.id,
                person_id=people[person],
                group_id=group.id,
                held_on=one.last,
                completed_on=one.last,
                minutes=came.minutes,
                percentage=came.share,
                days=came.days,
            )
    for key in (REACHED, ATTENDANCES):
        row(
            IndicatorDefinition,
            key=key,
            state="approved",
            version=2,
            from_day=FIRST,
            returned_reason="",
            **{f"least_{name}": value for name, value in vars(least).items()},
        )
    return group, payer


@pytest.mark.usefixtures("both_engines_app")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(WORKSHOPS, some_least(2))
def test_every_place_counts_by_the_least_that_the_definition_asks(workshops, least):
    db.session.rollback()
    group, payer = _written(workshops, least)
    # The least number of workshops is asked of people, not of attendances.
    in_rows = _counting(workshops, Least(least.share, least.days))
    often = _counting(workshops, least)
    of_payer = funder = payer.public_id

    def number(of: list[tuple[HeldWorkshop, int]], key: str, *, paid: bool = False) -> int:
        those = [person for workshop, person in of if workshop.paid or not paid]
        return len(those) if key == ATTENDANCES else len(set(those))

    for key, counting in ((REACHED, often), (ATTENDANCES, in_rows)):
        whole, own = number(counting, key), number(counting, key, paid=True)
        for of, count in ((None, whole), (of_payer, own)):
            table = table_of(key, QUARTER, ("group",), funder=of, actor=None)
            cells = {cell.values: cell.count for cell in table.cells}
            assert cells == ({(group.letter,): count} if count else {})
            assert (table.total.count or 0) == count
            assert (totals_of((key,), QUARTER, funder=of)[key] or 0) == count
            assert [one.count or 0 for one in indicator_lines((key,), QUARTER, of)] == [count]
        by_funder = table_of(key, QUARTER, ("funder",), actor=None)
        assert {one.values: one.count for one in by_funder.cells}.get((funder,), 0) == own
        assert table_of(key, QUARTER, actor=None).definition == rule_text(key, least)
    views = {one.funder: one.reached for one in shared_views(REACHED, QUARTER)}
    assert views.get(funder, 0) == number(often, REACHED, paid=True)
    told = [
        one.count or 0 for one in counted(funder, QUARTER, db.session()) if one.line.key == REACHED
    ]
    assert told == [number(often, REACHED, paid=True)]
    # A period that ends before the definition holds counts by the standard one.
    before = Period(FIRST - 2 * DAY, FIRST - DAY)
    earlier = {
        person
        for workshop in workshops
        if workshop.last == before.last
        for person, came in workshop.came.items()
        if came.minutes
    }
    assert (totals_of((REACHED,), before)[REACHED] or 0) == len(earlier)
    db.session.rollback()


MARKS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 2)), st.sampled_from(("here", "half", "away"))
)


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), MARKS)
def test_days_are_those_with_a_mark_that_counts(days, marks):
    first = date(2026, 11, 2)
    slots = [
        SlotTime(slot, 60, closed=True, day=first + day * DAY) for slot, day in enumerate(days)
    ]
    weights = {"here": 100, "half": 50, "away": 0}
    made = [MadeMark(slot, person, status) for (slot, person), status in marks.items()]
    for person, presence in presences(range(3), slots, made, weights).items():
        came = [slot for (slot, who), status in marks.items() if who == person if status != "away"]
        assert presence.days == {first + days[slot] * DAY for slot in came}


@pytest.mark.parametrize("language", ["en", "sw"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(some_least(99), some_least(99), st.sampled_from(("share", "days", "workshops", "")))
def test_the_sentence_changes_exactly_when_what_counts_does(app, language, one, other, alone):
    if alone:
        # Often the two differ in one number only.
        other = Least(**{**vars(one), alone: getattr(other, alone)})
    with app.test_request_context("/"), force_locale(language):
        for key, indicator in INDICATORS.items():
            values: list[dict[str, Any]] = [
                {name: getattr(least, name) for name in indicator.least} for least in (one, other)
            ]
            texts = [rule_text(key, least) for least in (one, other)]
            assert (texts[0] == texts[1]) is (values[0] == values[1])
            for least, text in zip(values, texts, strict=True):
                told = text.removeprefix(rule_text(key, Least()))
                numbers = [int(word) for word in told.split() if word.isdigit()]
                beyond = [value for name, value in least.items() if value > BOUNDS[name][0]]
                assert numbers == beyond
                assert defined_text(key, one, "") == texts[0]
                assert defined_text(key, one, "Five days").endswith(": Five days")
