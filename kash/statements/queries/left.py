"""All that has left to each funder, and what somebody who has all of it could work out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.statements.models import Statement
from kash.statements.queries.statements import last_sent
from kash.statements.rules.knowledge import Range
from kash.statements.rules.names import Name
from kash.statements.solving.letters import name_read
from kash.workshops.models import Funder


@dataclass(frozen=True)
class LeftTo:
    """Funder with the number of statements that left to it."""

    funder: Funder
    statements: int


@dataclass(frozen=True)
class LeftStar:
    """A star that left, and what it may stand for."""

    name: Name
    range: Range


@dataclass(frozen=True)
class LeftStatement:
    """A statement that left, how many figures it told, and its stars with what they may stand
    for."""

    statement: Statement
    told: int
    stars: tuple[LeftStar, ...]


def left_by_funder() -> list[LeftTo]:
    """All funders by name."""
    rows = db.session.execute(
        select(Funder, func.count(Statement.id))
        .outerjoin(Statement, (Statement.funder_id == Funder.id) & (Statement.state == "sent"))
        .group_by(Funder.id)
        .order_by(Funder.name)
    )
    return [LeftTo(funder, count) for funder, count in rows]


def left_to(funder_id: str) -> tuple[Funder, Sequence[LeftStatement]]:
    """A funder (public id), and all that left to it, the newest first. Raises NotFound."""
    funder = one_or_404(db.session.scalar(select(Funder).where(Funder.public_id == funder_id)))
    known = ranges_now()
    sent = db.session.scalars(
        select(Statement)
        .where(Statement.funder_id == funder.id, Statement.state == "sent")
        .options(selectinload(Statement.figures))
        .order_by(Statement.sent_number.desc())
    )
    return funder, [_left(one, funder_id, known) for one in sent]


def _left(statement: Statement, funder: str, known: dict[tuple[str, Name], Range]) -> LeftStatement:
    names = [one.name(funder) for one in statement.figures if one.starred]
    stars = [
        LeftStar(name, known[statement.period, name])
        for name in names
        if (statement.period, name) in known
    ]
    told = sum(one.value is not None for one in statement.figures)
    return LeftStatement(statement, told, tuple(stars))


def ranges_now() -> dict[tuple[str, Name], Range]:
    """The ranges of all stars that ever left, by period, as they were worked out before the last
    statement left: nothing left since."""
    last = last_sent()
    found = (last.ranges or {}) if last is not None else {}
    return {
        (period, name_read(name)): Range(low, high)
        for period, ranges in found.items()
        for name, low, high in ranges
    }
