"""The errors of DHIS2, each with a sentence for the person who meets it. Mapped figures, what is
to be sent of a period, and pushes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kash.exchange.dhis2.models import MappedCell, Push, PushedValue
from kash.exchange.dhis2.rules import (
    FigureSource,
    Planned,
    PushOutcome,
    SentValue,
    SourceCell,
    ValueSlot,
    dhis2_period,
    known_cells,
    plan,
)
from kash.figures.indicators.queries.figures import table_of
from kash.figures.indicators.rules import FigureTable, Period, PeriodProblem, read_period
from kash.figures.statements.queries import told_by_period
from kash.figures.statements.rules import Name
from kash.people.connections.models import Connection
from kash.people.connections.queries import connection
from kash.people.models import Group
from kash.people.rules.persons import AGE_BANDS
from kash.platform.database import db
from kash.platform.web.errors import NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.formats import local_today


class NothingToPush(Problem):
    """A push without a value that is new, changed or withdrawn."""

    sentence = _l("Nothing has changed since it was sent last, so there is nothing to send.")


_WRONG_PUSH_PERIOD = _l("Choose a quarter or a year that is over.")


KIND = "dhis2"
# What has not ended by then was given up by the worker.
GIVEN_UP = timedelta(hours=1)
PushPlan = tuple[Planned, dict[ValueSlot, str], list[tuple[MappedCell, str]]]
CELLS = {cell.code: cell for cell in known_cells(tuple(AGE_BANDS))}


def dhis2_connection(public_id: str) -> Connection:
    """A connection of this kind, however it stands. Raises NotFound."""
    system = connection(public_id)
    if system.kind != KIND:
        raise NotFound
    return system


def cells_of(found: Connection, session: Session | None = None) -> Sequence[MappedCell]:
    """The mapped figures of a connection."""
    statement = select(MappedCell).where(MappedCell.connection_id == found.id)
    ordered = statement.order_by(MappedCell.kind, MappedCell.figure, MappedCell.id)
    return (session or db.session()).scalars(ordered).all()


def mapped_cell(found: Connection, public_id: str) -> MappedCell:
    """A mapped figure of a connection. Raises NotFound."""
    return get_or_404(db.session, MappedCell, public_id, MappedCell.connection_id == found.id)


def pushes_of(found: Connection) -> Sequence[Push]:
    """The last pushes of a connection with their values, the newest first."""
    statement = (
        select(Push).where(Push.connection_id == found.id).options(selectinload(Push.values))
    )
    return db.session.scalars(statement.order_by(Push.id.desc()).limit(20)).all()


def push(found: Connection, public_id: str) -> Push:
    """A push of a connection with its values. Raises NotFound."""
    statement = select(Push).where(Push.connection_id == found.id, Push.public_id == public_id)
    return one_or_404(db.session.scalar(statement.options(selectinload(Push.values))))


def is_given_up(found: Push, now: datetime) -> bool:
    """True of a push that was asked for so long ago that it ends no more."""
    return found.state != "done" and found.asked_at <= now - GIVEN_UP


def period_named(text: str) -> Period:
    """A quarter or a year that is over. Raises Problem."""
    try:
        period = read_period(text)
        dhis2_period(period)
    except (PeriodProblem, ValueError):
        raise Problem(_WRONG_PUSH_PERIOD, field="period", status=422) from None
    if period.last >= local_today():
        raise Problem(_WRONG_PUSH_PERIOD, field="period", status=422)
    return period


def push_plan(found: Connection, period: Period, session: Session | None = None) -> PushPlan:
    """The push of a period as it would be now: what goes, the figure of each slot, and mapped
    figures that stay here, each with why: "starred" (few people), "untold" (not told to any
    funder yet), "none" (no data)."""
    asking = session or db.session()
    counts = _Counts(period, asking)
    wanted: dict[ValueSlot, int | None] = {}
    figures: dict[ValueSlot, str] = {}
    unsent = []
    for cell in cells_of(found, asking):
        if cell.kind != period.kind or cell.figure not in CELLS:
            continue
        value, why = counts.of(CELLS[cell.figure])
        wanted[cell.slot], figures[cell.slot] = value, cell.figure
        if value is None:
            unsent.append((cell, why))
    sent = _sent(found, dhis2_period(period), asking)
    return plan(wanted, sent), figures, unsent


def _sent(found: Connection, period: str, session: Session) -> list[SentValue]:
    """Values that were sent before. Since the connection was changed it may lead to another system
    or data set, so what was taken before then may lie there or not."""
    rows = session.execute(
        select(PushedValue, Push.asked_at)
        .join(Push)
        .where(Push.connection_id == found.id, Push.period == period)
        .order_by(PushedValue.id)
    )
    return [
        SentValue(
            row.slot,
            row.value,
            PushOutcome.UNKNOWN
            if row.value is not None
            and row.outcome == PushOutcome.STORED
            and asked_at < found.created_at
            else row.outcome,
        )
        for row, asked_at in rows
    ]


class _Counts:
    """Counts of a period, each table read once."""

    def __init__(self, period: Period, session: Session) -> None:
        self.period, self.session = period, session
        self._officers: dict[tuple[str, bool], dict[str, int] | None] = {}
        self._police = set(session.scalars(select(Group.letter).where(Group.is_police.is_(True))))
        self._told: dict[Name, int | None] | None = None

    def of(self, cell: SourceCell) -> tuple[int | None, str]:
        """The count of a figure, or None and why it does not go."""
        if cell.source == FigureSource.COMMUNITY:
            return self._community(cell)
        if cell.source == FigureSource.WORKSHOPS:
            total = table_of(cell.indicator, self.period, actor=None, session=self.session).total
            return total.count, "" if total.count is not None else "none"
        return self._of_officers(cell)

    def _community(self, cell: SourceCell) -> tuple[int | None, str]:
        if self._told is None:
            self._told = told_by_period(self.session).get(self.period.text, {})
        name = Name(cell.indicator, "", cell.place)
        if name not in self._told:
            return None, "untold"
        value = self._told[name]
        return value, "" if value is not None else "starred"

    def _of_officers(self, cell: SourceCell) -> tuple[int | None, str]:
        by_sex = bool(cell.place)
        key = (cell.indicator, by_sex)
        if key not in self._officers:
            dimensions = ("group", "sex") if by_sex else ("group",)
            table = table_of(
                cell.indicator, self.period, dimensions, actor=None, session=self.session
            )
            self._officers[key] = self._of_police(table, by_sex=by_sex)
        counts = self._officers[key]
        if counts is None:
            return None, "none"
        # A workshop was held and none of them was there: that is 0.
        return counts.get(cell.place[0][1] if by_sex else "", 0), ""

    def _of_police(self, table: FigureTable, *, by_sex: bool) -> dict[str, int] | None:
        if table.total.count is None:
            return None
        counts: dict[str, int] = {}
        for cell in table.cells:
            if cell.values[0] in self._police:
                place = cell.values[1] if by_sex else ""
                counts[place] = counts.get(place, 0) + (cell.count or 0)
        return counts
