"""The ledger: all figures of people who are starred that have left, to whomever; funders talk to
each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from kash.indicators.rules.periods import Period
from kash.people.models import Person, PersonMerge
from kash.statements.models import FrozenFigure, Statement
from kash.statements.queries.sealed import sealed_people
from kash.statements.rules.lines import LINES
from kash.statements.rules.names import Name
from kash.workshops.models import Funder

# Shares follow from what is told beside them.
_CODES = [line.code for line in LINES if line.starred and not line.weighted]


def last_number(session: Session) -> int:
    """The number of the last statement that left, 0 before the first."""
    return session.scalar(select(func.max(Statement.sent_number))) or 0


def told_by_period(session: Session) -> dict[str, dict[Name, int | None]]:
    """All that was told of each period, by its text: None where it was starred; one query."""
    found: defaultdict[str, dict[Name, int | None]] = defaultdict(dict)
    rows = session.execute(
        select(Statement.period, Funder.public_id, FrozenFigure)
        .join(FrozenFigure.statement)
        .join(Statement.funder)
        .where(Statement.state == "sent", FrozenFigure.line.in_(_CODES))
        .order_by(Statement.sent_number, FrozenFigure.position)
    )
    for period, funder, figure in rows:
        if figure.starred or figure.value is not None:
            found[period][figure.name(funder)] = figure.value
    return dict(found)


def told_in(statement: Statement) -> dict[Name, int | None]:
    """All that a statement tells, or would tell, of people who are starred."""
    funder = statement.funder.public_id
    return {
        figure.name(funder): figure.value
        for figure in statement.figures
        if figure.line in _CODES and (figure.starred or figure.value is not None)
    }


def periods_told(session: Session) -> list[Period]:
    """Periods of which figures of people who are starred have left."""
    rows = session.execute(
        select(Statement.first_day, Statement.last_day)
        .where(Statement.state == "sent", Statement.police_only.is_(False))
        .distinct()
    )
    return sorted(Period(first, last) for first, last in rows)


def programme_as_sent(period: str, session: Session) -> list[FrozenFigure]:
    """The whole programme's figures of people who are starred, as they first left for a period;
    none if they never did."""
    first = session.scalar(
        select(Statement)
        .where(
            Statement.period == period,
            Statement.state == "sent",
            Statement.police_only.is_(False),
        )
        .options(selectinload(Statement.figures))
        .order_by(Statement.sent_number)
        .limit(1)
    )
    figures = [] if first is None else first.figures
    return [one for one in figures if one.line in _CODES and not one.of_line.supported]


def people_as_now(figures: list[FrozenFigure], session: Session) -> dict[Name, frozenset[str]]:
    """People of figures by name, by the public ids that they have now: of two who turned out to be
    one, the one who was kept."""
    kept = _kept(session)
    return {
        figure.name(""): frozenset(kept.get(one, one) for one in sealed_people(figure).people)
        for figure in figures
    }


def _kept(session: Session) -> Mapping[str, str]:
    rows = session.execute(
        select(PersonMerge.gone, Person.public_id)
        .join(Person, Person.id == PersonMerge.kept_id)
        .where(PersonMerge.undone_at.is_(None))
    )
    return {gone: kept for gone, kept in rows}  # noqa: C416
