"""Statements that somebody reads: all of them for staff, and what was sent to it for a funder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, select
from sqlalchemy.orm import contains_eager, selectinload

from kash.funders.queries import funder_of
from kash.indicators.rules.periods import Period, PeriodProblem, quarter_holding, year
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor, Reach
from kash.statements.approval import APPROVAL
from kash.statements.models import Statement
from kash.workshops.models import Funder

_QUARTERS, _YEARS = 8, 3


@dataclass(frozen=True)
class StatementFilter:
    """Filter of the list of statements: a funder (public id) and a state, empty for all."""

    funder: str = ""
    state: str = ""


def decides(actor: Actor) -> bool:
    """True if statements that were not sent, and what lies behind figures, are hers to read."""
    return actor.reach("statements.see") is Reach.ALL


def _readable(actor: Actor) -> Select[Any]:
    statement = select(Statement).join(Statement.funder).options(contains_eager(Statement.funder))
    if decides(actor):
        return statement
    own = funder_of(actor)
    mine = Funder.id == own.id if own is not None else false()
    return statement.where(Statement.state == "sent", mine)


def statements(wanted: StatementFilter, actor: Actor) -> Listing[Statement]:
    """A page of the statements that somebody reads, the newest period first."""
    found = _readable(actor)
    if wanted.funder:
        found = found.where(Funder.public_id == wanted.funder)
    if wanted.state:
        found = found.where(Statement.state == wanted.state)
    return listing(
        found,
        sorts={
            "period": (Statement.first_day, Statement.last_day),
            "funder": Funder.name,
            "sent": Statement.sent_at,
        },
        default_sort="period",
        default_direction="desc",
        key=Statement.id,
    )


def statement(public_id: str, actor: Actor) -> Statement:
    """A statement with its figures. Raises NotFound."""
    found = _readable(actor).where(Statement.public_id == public_id)
    return one_or_404(db.session.scalar(found.options(selectinload(Statement.figures))))


def sent_to(funder: str, actor: Actor) -> Sequence[Statement]:
    """All that left to a funder (public id), the newest first."""
    found = _readable(actor).where(Statement.state == "sent", Funder.public_id == funder)
    return db.session.scalars(found.order_by(Statement.sent_number.desc())).all()


def last_sent() -> Statement | None:
    """The last statement that left, to whomever."""
    return db.session.scalar(
        select(Statement)
        .where(Statement.state == "sent")
        .order_by(Statement.sent_number.desc())
        .limit(1)
    )


def waiting(actor: Actor) -> Sequence[Statement]:
    """Statements that wait for an actor's approval, the oldest first."""
    found = select(Statement).join(Statement.funder).options(contains_eager(Statement.funder))
    return db.session.scalars(found.where(APPROVAL.open_to(actor)).order_by(Statement.id)).all()


def any_decided() -> ColumnElement[bool]:
    """The condition that some were approved and not sent yet, or sent back."""
    return exists().where(Statement.state.in_(("approved", "returned")))


def decided() -> Sequence[Statement]:
    """Statements that were approved and not sent yet, or sent back, the oldest first."""
    found = select(Statement).join(Statement.funder).options(contains_eager(Statement.funder))
    return db.session.scalars(
        found.where(Statement.state.in_(("approved", "returned"))).order_by(Statement.id)
    ).all()


def periods_to_freeze(today: date) -> list[Period]:
    """Quarters and years that are over, the newest first."""
    found: list[Period] = []
    try:
        one = quarter_holding(today)
        for _time in range(_QUARTERS):
            one = one.before
            found.append(one)
        found += [year(today.year - back) for back in range(1, _YEARS + 1)]
    except PeriodProblem:
        pass
    return found
