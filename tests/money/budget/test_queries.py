"""Head counts and budgets, beside rows that just don't count."""

from datetime import date, time
from typing import Any

import pytest

from kash.accounts.models import Account
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.money.budget.models import BudgetClosing, BudgetLine
from kash.money.budget.queries import (
    BudgetSearch,
    budget_of,
    budgets,
    codes_known,
    funder_choices,
    head_counts,
    line_of,
)
from kash.money.budget.rules import HeadCounts
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import from_local
from kash.policy import Actor
from kash.workshops.models import Enrolment, Facilitator, Funder, Funding, Workshop
from tests.rows import DAY, NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)


def _workshop(first: date = FIRST, days: int = 1, **more: Any) -> Workshop:
    return row(Workshop, starts_on=first, ends_on=first + (days - 1) * DAY, **more)


def _line(workshop: Workshop, position: int = 1, **more: Any) -> BudgetLine:
    told = {"driver": "fixed", "unit_cents": 100, "label": f"Line {position}", "funder": None}
    return row(BudgetLine, workshop=workshop, position=position, **(told | more))


def test_heads_are_those_of_each_workshop_who_have_a_part_in_it():
    group = row(Group)
    for code, weight in (("present", 100), ("late", 1), ("absent", 0)):
        row(MarkStatus, code=code, letter=code[:2].upper(), weight=weight)
    workshop, plain = _workshop(), _workshop(days=3)
    people = [row(Person, group=group) for _at in range(5)]
    for person, state in zip(
        people, ("confirmed", "confirmed", "invited", "waiting", "declined"), strict=True
    ):
        row(Enrolment, workshop_id=workshop.id, person_id=person.id, state=state)
    row(Enrolment, workshop_id=plain.id, person_id=people[0].id, state="confirmed")
    for _at in range(2):
        row(Facilitator, workshop_id=workshop.id, account_id=row(Account).id)
    # Two sessions of one day, and one of the next.
    slots = [
        row(
            Slot,
            register_id=workshop.register_id,
            position=at,
            starts_at=from_local(FIRST + day * DAY, time(hour)),
        )
        for at, (day, hour) in enumerate(((0, 8), (0, 23), (1, 0)))
    ]
    for at, (person, marks) in enumerate(
        (
            (people[0], ("present", "late", "present")),
            (people[1], ("absent", "late", "absent")),
            (people[2], ("absent", "absent", None)),
            (people[3], ("present", "present", "present")),
        )
    ):
        removed = NOW if at == 3 else None
        row(RosterEntry, register_id=workshop.register_id, person_id=person.id, removed_at=removed)
        for slot, status in zip(slots, marks, strict=True):
            if status is not None:
                row(Mark, slot_id=slot.id, person_id=person.id, status=status)
    session = db.session()
    told = {"days": 2, "invited": 3, "confirmed": 2, "trainers": 2, "attended": 2}
    nobody = HeadCounts(days=3, invited=1, confirmed=1, trainers=0, attended=None, person_days=None)
    assert head_counts(session, [workshop, plain], [workshop.id, plain.id]) == {
        workshop.id: HeadCounts(**told, person_days=3),
        plain.id: nobody,
    }
    assert head_counts(session, [workshop], []) == {
        workshop.id: HeadCounts(**told, person_days=None)
    }


def test_budgets_are_of_the_period_within_reach_and_as_they_were_closed(actor):
    director, trainer = actor("director"), actor("trainer")
    funders = {name: row(Funder, name=name) for name in ("Zuri", "Afya", "Bora")}
    last = _workshop(LAST)
    first = _workshop(FIRST, created_by=trainer.public_id)
    second = _workshop(FIRST)
    for day in (FIRST - DAY, LAST + DAY):
        _line(_workshop(day))
    _workshop(FIRST)
    for workshop, name, share, code in (
        (first, "Bora", 25, "B1"),
        (first, "Zuri", 50, "Z1"),
        (first, "Afya", 25, ""),
    ):
        payer = funders[name].id
        row(Funding, workshop_id=workshop.id, funder_id=payer, share=share, budget_code=code)
    lines = [
        _line(first, 2, unit_cents=200, spent_cents=50),
        _line(first, 1, unit_cents=400),
        _line(second, 1, funder=funders["Afya"], budget_code="A1", unit_cents=70),
        _line(last, 1, unit_cents=30, frozen=[1, 999, 888, [["Zuri", "Z9", 999, 888]]]),
    ]
    row(BudgetClosing, workshop_id=last.id, closed_by=director.public_id, closed_at=NOW)

    def found(who: Actor, **asked: str) -> list[tuple[Workshop, int, int]]:
        return [
            (one.workshop, one.planned, one.spent)
            for one in budgets(who, BudgetSearch(FIRST, LAST, **asked))
        ]

    everything = [(first, 600, 50), (second, 70, 0), (last, 999, 888)]
    assert found(director) == everything
    assert found(trainer) == everything[:1]
    assert found(director, funder="Zuri") == [everything[0], everything[2]]
    assert found(director, funder="-") == []
    assert found(director, code="A1") == everything[1:2]
    whole = budget_of(first)
    assert [one.line for one in whole.lines] == [lines[1], lines[0]]
    assert [(one.sums.planned, one.sums.spent, one.left) for one in whole.lines] == [
        (400, 0, 400),
        (200, 50, 150),
    ]
    parts = {(one.funder, one.code): (one.planned, one.spent) for one in whole.parts}
    assert {key: planned for key, (planned, _spent) in parts.items()} == {
        ("Zuri", "Z1"): 300,
        ("Afya", ""): 150,
        ("Bora", "B1"): 150,
    }
    closed = budget_of(last)
    assert (closed.closed_by, closed.closed_at) == (director.public_id, NOW)
    assert (whole.closed_by, whole.closed_at) == ("", None)
    assert line_of(first, lines[0].public_id) == lines[0]
    with pytest.raises(NotFound):
        line_of(second, lines[0].public_id)
    assert codes_known(director) == ["A1", "B1", "Z1"]
    assert codes_known(trainer) == ["B1", "Z1"]
    assert funder_choices() == [
        (funders[name].public_id, name) for name in ("Afya", "Bora", "Zuri")
    ]
