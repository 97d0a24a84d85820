"""Statements that somebody reads and what left by them, beside those that just didn't."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kash.accounts.models import Account
from kash.figures.funders.models import FunderAccount
from kash.figures.indicators.rules import Period, quarter, year
from kash.figures.statements.models import FrozenFigure, Statement
from kash.figures.statements.queries import (
    all_funders,
    any_decided,
    decided,
    last_number,
    last_sent,
    left_by_funder,
    left_to,
    people_as_now,
    periods_to_freeze,
    periods_told,
    programme_as_sent,
    seal_people,
    sent_to,
    statement,
    statements,
    told_by_period,
    told_in,
    waiting,
)
from kash.figures.statements.rules import LINES
from kash.people.models import Person, PersonMerge
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.workshops.models import Funder
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
STARRED = [one for one in LINES if one.starred and not one.weighted]
OF_ALL = next(one for one in STARRED if not one.supported)
OF_FUNDER = next(one for one in STARRED if one.supported)
PLAIN = next(one for one in LINES if not one.starred)


def _statement(payer: Funder, period: Period, number: int | None, **more: Any) -> Statement:
    told = {"state": "draft" if number is None else "sent", "sent_number": number}
    days = {"first_day": period.first, "last_day": period.last}
    return row(Statement, funder=payer, period=period.text, **(told | days | more))


def _figure(
    of: Statement, place: int, line: Any, value: int | None, starred: bool = False
) -> FrozenFigure:
    return row(
        FrozenFigure,
        statement=of,
        position=place,
        line=line.code,
        place=[],
        value=value,
        starred=starred,
    )


def test_a_funder_reads_what_was_sent_to_it_and_staff_everything(sqlite_app, actor):
    monitor, director = actor("monitoring"), actor("director")
    own, nobody = actor("funder"), actor("funder")
    paying = [row(Funder, name=name) for name in ("Zuri", "Amani")]
    account = db.session.get_one(Account, own.account_id)
    row(FunderAccount, account=account, funder=paying[0], state="approved")
    by = {"proposed_by": monitor.public_id}
    made = [
        _statement(paying[0], quarter(2026, 1), 2, **by),
        _statement(paying[0], quarter(2025, 4), 3, **by),
        _statement(paying[0], quarter(2026, 2), None, state="proposed", **by),
        _statement(paying[1], quarter(2026, 1), 1, **by),
        _statement(paying[1], quarter(2026, 2), None, state="approved", **by),
        _statement(paying[1], quarter(2026, 3), None, state="proposed", **by),
        _statement(paying[0], quarter(2026, 3), None, state="approved", **by),
        _statement(
            paying[1], quarter(2025, 1), None, state="proposed", proposed_by=director.public_id
        ),
    ]

    def read(who: Actor, **wanted: str) -> list[int]:
        with sqlite_app.test_request_context("/"):
            return [made.index(one) for one in statements(who, **wanted)]

    assert read(own) == [0, 1]
    assert read(nobody) == read(own, funder=paying[1].public_id) == []
    assert sorted(read(monitor)) == list(range(8))
    assert sorted(read(monitor, state="proposed")) == [2, 5, 7]
    assert read(monitor, funder=paying[1].public_id) == [5, 4, 3, 7]
    assert statement(made[0].public_id, own) == statement(made[0].public_id, monitor) == made[0]
    for who, at in ((own, 2), (own, 3), (nobody, 0)):
        with pytest.raises(NotFound):
            statement(made[at].public_id, who)
    assert sent_to(paying[0].public_id, monitor) == [made[1], made[0]]
    assert sent_to(paying[1].public_id, own) == []
    assert last_sent() == made[1]
    assert (waiting(director), waiting(monitor)) == ([made[2], made[5]], [])
    made[4].state = "returned"
    db.session.flush()
    assert decided() == [made[4], made[6]]
    assert db.session.scalar(select(any_decided()))
    made[4].state = made[6].state = "draft"
    db.session.flush()
    assert not db.session.scalar(select(any_decided()))
    assert all_funders() == [paying[1], paying[0]]
    assert [(one.public_id, one.statements) for one in left_by_funder()] == [
        (paying[1].public_id, 1),
        (paying[0].public_id, 2),
    ]
    with sqlite_app.test_request_context("/"):
        funder, left = left_to(paying[0].public_id)
        assert (funder, [one.statement for one in left]) == (paying[0], [made[1], made[0]])
        with pytest.raises(NotFound):
            left_to("nobody")


def test_the_ledger_holds_what_left_of_people_who_are_starred():
    paying = [row(Funder, name=name) for name in ("Zuri", "Amani")]
    assert last_number(db.session()) == 0
    first = _statement(paying[0], quarter(2026, 1), 2)
    earlier = _statement(paying[1], quarter(2026, 1), 1)
    police = _statement(paying[0], quarter(2025, 4), 3, police_only=True)
    draft = _statement(paying[1], quarter(2026, 2), None)
    for place, (of, line, value, starred) in enumerate(
        (
            (first, OF_ALL, 12, False),
            (first, OF_FUNDER, None, True),
            (first, PLAIN, 5, False),
            (earlier, OF_FUNDER, 7, False),
            (earlier, OF_ALL, 9, False),
            (earlier, STARRED[-1], None, False),
            (draft, OF_ALL, 99, False),
        )
    ):
        _figure(of, place, line, value, starred)
    for one in (first, earlier, police, draft):
        db.session.refresh(one)
    session = db.session()

    def name(of: Statement, at: int) -> Any:
        return of.figures[at].name(of.funder.public_id)

    assert last_number(session) == 3
    # What left first of all people stands for all; the later one is told over it.
    assert told_by_period(session) == {
        "2026-Q1": {name(earlier, 0): 7, name(earlier, 1): 12, name(first, 1): None}
    }
    assert told_in(first) == {name(first, 0): 12, name(first, 1): None}
    assert told_in(draft) == {name(draft, 0): 99}
    _statement(paying[0], quarter(2024, 1), 4)
    assert periods_told(session) == [quarter(2024, 1), quarter(2026, 1)]
    assert programme_as_sent("2026-Q1", session) == [
        one for one in earlier.figures if not one.of_line.supported
    ]
    assert programme_as_sent("2025-Q4", session) == programme_as_sent("2026-Q2", session) == []


def test_people_of_figures_are_those_who_were_kept_of_two():
    of = _statement(row(Funder), quarter(2026, 1), 1)
    figure = _figure(of, 0, OF_ALL, 3)
    kept, other = row(Person), row(Person)
    seal_people(figure, 3, ["a" * 16, "b" * 16, "c" * 16])
    for gone, into, undone in (("a", kept, None), ("b", other, NOW)):
        row(PersonMerge, gone=gone * 16, kept_id=into.id, undone_at=undone)
    assert people_as_now([figure], db.session()) == {
        figure.name(""): frozenset({kept.public_id, "b" * 16, "c" * 16})
    }


def test_quarters_and_years_that_are_over_are_frozen_the_newest_first():
    assert periods_to_freeze(date(2026, 5, 4)) == [
        quarter(2026, 1),
        *(quarter(2025, part) for part in (4, 3, 2, 1)),
        *(quarter(2024, part) for part in (4, 3, 2)),
        year(2025),
        year(2024),
        year(2023),
    ]
