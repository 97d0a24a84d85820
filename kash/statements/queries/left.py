"""All that has left to each funder, and what somebody who has all of it could work out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing
from kash.statements.models import FrozenFigure, Statement
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
class LeftFigure:
    """A figure that left with its statement; `range` is what a star may stand for."""

    statement: Statement
    figure: FrozenFigure
    name: Name
    range: Range | None


@dataclass(frozen=True)
class LeftStatement:
    """A statement that left: each of its figures, of those that are starred with what they may
    stand for."""

    statement: Statement
    lines: tuple[LeftFigure, ...]

    @property
    def told(self) -> int:
        """Figures that it told."""
        return sum(one.figure.value is not None for one in self.lines)

    @property
    def stars(self) -> list[LeftStar]:
        """Stars that can be narrowed at all."""
        return [LeftStar(one.name, one.range) for one in self.lines if one.range is not None]


def left_by_funder() -> list[LeftTo]:
    """All funders by name."""
    rows = db.session.execute(
        select(Funder, func.count(Statement.id))
        .outerjoin(Statement, (Statement.funder_id == Funder.id) & (Statement.state == "sent"))
        .group_by(Funder.id)
        .order_by(Funder.name)
    )
    return [LeftTo(funder, count) for funder, count in rows]


def left_to(funder_id: str) -> tuple[Funder, Listing[LeftStatement]]:
    """A funder (public id), and a page of all statements that left to it, the newest first. Raises
    NotFound."""
    funder = one_or_404(db.session.scalar(select(Funder).where(Funder.public_id == funder_id)))
    known = ranges_now()
    sent = listing(
        select(Statement)
        .where(Statement.funder_id == funder.id, Statement.state == "sent")
        .options(selectinload(Statement.figures)),
        sorts={"sent": Statement.sent_number},
        default_sort="sent",
        default_direction="desc",
        key=Statement.id,
    )
    return funder, sent.turned(lambda some: [_left(one, funder_id, known) for one in some])


def _left(statement: Statement, funder: str, known: dict[tuple[str, Name], Range]) -> LeftStatement:
    def line(figure: FrozenFigure) -> LeftFigure:
        name = figure.name(funder)
        found = known.get((statement.period, name)) if figure.starred else None
        return LeftFigure(statement, figure, name, found)

    return LeftStatement(statement, tuple(map(line, statement.figures)))


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
