"""Money, workshops, attendances and people of a report add up over any parts of a year."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kash.attendance.models import Register, Slot
from kash.exchange.funder_reports.queries import present_content
from kash.exchange.funder_reports.services import notes_of
from kash.figures.indicators.models import Completion
from kash.figures.indicators.queries.definitions import fact_rows
from kash.figures.indicators.rules import IndicatorKey, Period
from kash.figures.statements.models import Statement
from kash.money.budget.models import BudgetLine
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.workshops.models import Funder, Funding, Workshop
from tests.rows import DAY, NOW, row

pytestmark = pytest.mark.usefixtures("both_engines_app")
YEAR, CODES, SHARES = date(2026, 1, 1), ("", "C1", "C2"), (1, 33, 50, 100)


@dataclass(frozen=True)
class HeldOrNot:
    """A workshop of a random calendar: its days, what it was to cost and cost, who came, how much
    of it the funder bears under which code, if it was cancelled, and if its register is
    confirmed."""

    last: date
    days: int
    cents: int
    share: int
    code: str
    came: tuple[int, ...]
    cancelled: bool
    confirmed: bool


DAYS = st.integers(-20, 380).map(lambda at: YEAR + at * DAY)
CALENDARS = st.lists(
    st.builds(
        HeldOrNot,
        # Years end and begin where workshops are held.
        DAYS | st.sampled_from((YEAR - DAY, YEAR, date(2026, 12, 31), date(2027, 1, 1))),
        st.integers(1, 40),
        st.integers(1, 999_999),
        st.sampled_from(SHARES),
        st.sampled_from(CODES),
        st.lists(st.integers(0, 4), unique=True, max_size=5).map(tuple),
        st.booleans(),
        st.booleans(),
    ),
    max_size=6,
)
CUTS = st.sets(st.integers(1, 364), max_size=4).map(
    lambda cuts: [YEAR, *(YEAR + at * DAY for at in sorted(cuts)), date(2027, 1, 1)]
)


def _written(calendar: list[HeldOrNot], payer: Funder) -> None:
    other, group = row(Funder), row(Group)
    people = [row(Person, group=group).id for _at in range(5)]
    for one in calendar:
        register = row(Register)
        row(Slot, register_id=register.id, confirmed_at=NOW if one.confirmed else None)
        workshop = row(
            Workshop,
            register_id=register.id,
            starts_on=one.last - (one.days - 1) * DAY,
            ends_on=one.last,
            state="cancelled" if one.cancelled else "planned",
            venue=None,
        )
        for funder, share in ((payer, one.share), (other, 100 - one.share)):
            if share:
                borne = {"share": share, "budget_code": one.code}
                row(Funding, workshop_id=workshop.id, funder_id=funder.id, **borne)
        told = {"driver": "fixed", "unit_cents": one.cents, "funder": None}
        row(BudgetLine, workshop=workshop, position=1, label="Hall", spent_cents=one.cents, **told)
        for at in one.came if one.confirmed and not one.cancelled else ():
            row(
                Completion,
                workshop_id=workshop.id,
                person_id=people[at],
                group_id=group.id,
                held_on=one.last,
                completed_on=one.last,
                minutes=60,
                percentage=100,
                met=True,
            )


def _content(payer: Funder, first: date, last: date) -> dict[str, Any]:
    days = {"first_day": first, "last_day": last}
    return present_content(
        row(Statement, funder=payer, state="draft", sent_number=None, **days), "en"
    )


def _sums(payer: Funder, first: date, last: date) -> tuple[Counter[Any], set[int]]:
    """Sums of a period: cents by code, kind and if they are of cancelled workshops, workshops that
    are named, and attendances; and the people who were reached."""
    content, sums = _content(payer, first, last), Counter[Any]()
    for line in content["money"]["lines"]:
        for kind in ("planned", "spent"):
            sums[line["code"], line["cancelled"], kind] += line[kind]
    sums["workshops"] = len(content["workshops"])
    sums["confirmed"] = sum(one["confirmed"] for one in content["workshops"])
    attended = fact_rows(IndicatorKey.ATTENDANCES, Period(first, last), ())
    sums["attendances"] = len(attended)
    return sums, {fact.person for fact in fact_rows(IndicatorKey.REACHED, Period(first, last), ())}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(CALENDARS, CUTS)
def test_money_workshops_attendance_and_people_add_up_over_any_parts_of_a_year(calendar, cuts):
    db.session.rollback()
    payer = row(Funder)
    _written(calendar, payer)
    year, people = _sums(payer, cuts[0], cuts[-1] - DAY)
    parts = [_sums(payer, first, after - DAY) for first, after in pairwise(cuts)]
    assert sum((sums for sums, _people in parts), Counter()) == +year
    assert set().union(*(reached for _sums, reached in parts)) == people
    # Money of workshops that are named is that of those, and all else is of cancelled ones.
    inside = [one for one in calendar if one.last.year == YEAR.year]
    named = [one for one in inside if not one.cancelled]
    assert year["workshops"] == len(named)
    assert year["confirmed"] == sum(one.confirmed for one in named)
    assert year["attendances"] == sum(len(one.came) for one in named if one.confirmed)
    for code in CODES:
        for cancelled in (False, True):
            those = [one for one in inside if (one.code, one.cancelled) == (code, cancelled)]
            whole = sum(one.cents * one.share for one in those) / 100
            spent = year[code, cancelled, "spent"]
            assert abs(spent - whole) <= len(those)
            assert year[code, cancelled, "planned"] == (0 if cancelled else spent)
    db.session.rollback()


def test_what_a_cancelled_workshop_cost_stands_in_a_line_of_its_own():
    payer = row(Funder)
    told = {"days": 1, "share": 100, "code": "C1", "came": (), "confirmed": True}
    held = HeldOrNot(YEAR, cents=5_000, cancelled=False, **told)  # type: ignore[arg-type]
    _written([held], payer)
    before = _content(payer, YEAR, YEAR)
    line = {"code": "C1", "planned": 5_000, "spent": 5_000, "cancelled": False}
    assert before["money"]["lines"] == [line]
    assert notes_of(before) == {"workshops": "", "money": ""}
    lost = HeldOrNot(YEAR, cents=700, cancelled=True, **told)  # type: ignore[arg-type]
    unsure = HeldOrNot(YEAR, cents=1, cancelled=False, **{**told, "confirmed": False})  # type: ignore[arg-type]
    _written([lost, unsure], payer)
    after = _content(payer, YEAR, YEAR)
    assert after["money"]["lines"] == [
        {**line, "planned": 5_001, "spent": 5_001},
        {"code": "C1", "planned": 0, "spent": 700, "cancelled": True},
    ]
    assert [one["confirmed"] for one in after["workshops"]] == [True, False]
    assert notes_of(after) == {
        "workshops": "Workshops without a confirmed register: 1. Their money stands in this"
        " report, and nobody who came to them is counted in it yet.",
        "money": "Cancelled workshops are not among the workshops of this report. What they cost"
        " stands in lines of their own, so that the sum is all that was spent.",
    }
    db.session.rollback()
