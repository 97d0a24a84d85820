"""Proposing, approving and sending statements; and throwing away what was not sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kash.platform.approvals.errors import WrongStep
from kash.platform.database import db
from kash.platform.vault import audited, head_code
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.formats import date_text
from kash.policy import Actor
from kash.statements.approval import APPROVAL
from kash.statements.errors import CouldBeWorkedOut, RowsWereGiven, ToldOtherwise
from kash.statements.models import Statement
from kash.statements.queries import ledger
from kash.statements.receivers import rows_given_until
from kash.statements.rules.knowledge import Asked, Range, leaks
from kash.statements.rules.names import FEWEST, Name
from kash.statements.services.freezing import check_period
from kash.statements.services.printing import document_of
from kash.statements.solving.asking import worked_out


def propose(public_id: str, by: Actor) -> None:
    """Propose the figures as they were frozen: whoever froze them does not approve them. Raises
    NotFound and WrongStep."""
    with audited("statements.proposed", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        if statement.state != "draft":
            raise WrongStep
        statement.state = "proposed"
        change.about(public_id)


def approve(public_id: str, digest: str, by: Actor) -> None:
    """Approve exactly the figures that were read. Raises NotFound, WrongStep, SamePerson and
    ChangedMeanwhile."""
    with audited("statements.approved", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        if statement.state == "proposed" and statement.digest != digest:
            raise ChangedMeanwhile
        APPROVAL.approve(change, statement, by)


def turn_back(public_id: str, reason: str, by: Actor) -> None:
    """Turn a statement back that has not left, with what must be put right. Raises NotFound and
    WrongStep."""
    with audited("statements.returned", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, statement, reason, by)
        statement.approved_by = statement.approved_for = None


def discard(public_id: str, by: Actor) -> None:
    """Throw away figures that were neither proposed nor sent. Raises NotFound and WrongStep."""
    with audited("statements.discarded", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        if statement.state not in ("draft", "returned"):
            raise WrongStep
        change.about(public_id)
        change.session.delete(statement)


def send(public_id: str, by: Actor) -> None:
    """Send an approved statement: from then on its funder reads it, and it is in the ledger.

    Before, all that ever left is laid beside it, and it stays here if anybody could be worked out.
    Raises NotFound, WrongStep, MixedMonths, ToldOtherwise, CouldBeWorkedOut, RowsWereGiven,
    NotWorkedOut and ChangedMeanwhile.
    """
    session = db.session()
    read = one_or_404(
        session.scalar(
            select(Statement)
            .where(Statement.public_id == public_id)
            .options(selectinload(Statement.figures), selectinload(Statement.funder))
        )
    )
    if read.state != "approved":
        raise WrongStep
    digest, known = read.digest, ledger.last_number(session)
    check_period(read.of_days, session, police_only=read.police_only)
    ranges = _checked(read, session)
    with audited("statements.sent", by) as change:
        statement: Statement = APPROVAL.locked(
            change.session, public_id, selectinload(Statement.figures)
        )
        if statement.state != "approved":
            raise WrongStep
        if statement.digest != digest or ledger.last_number(change.session) != known:
            raise ChangedMeanwhile
        statement.head_code = head_code()
        statement.state, statement.sent_number = "sent", known + 1
        statement.sent_at, statement.sent_by = change.now, by.public_id
        statement.ranges = ranges
        statement.document = document_of(statement)
        change.about(public_id, statement.funder.public_id)


def _checked(statement: Statement, session: Session) -> dict[str, list[Any]]:
    """The ranges of all stars that will have left. Raises ToldOtherwise, CouldBeWorkedOut,
    RowsWereGiven and NotWorkedOut."""
    everything = ledger.told_by_period(session)
    before, mine = everything.get(statement.period, {}), ledger.told_in(statement)
    if any(before.get(name, value) != value for name, value in mine.items()):
        raise ToldOtherwise
    if any(value is not None and 0 < value < FEWEST for value in mine.values()):
        raise CouldBeWorkedOut
    given = rows_given_until(session)
    if given is not None and statement.first_day <= given and None in mine.values():
        raise RowsWereGiven(date_text(given))
    if mine:
        everything[statement.period] = before | mine
    found = worked_out(everything)
    if any(ranges is None for ranges in found.values()):
        raise ToldOtherwise
    if any(leaks(ranges) for ranges in found.values() if ranges is not None):
        raise CouldBeWorkedOut
    return {period: _written(ranges or {}) for period, ranges in found.items()}


def _written(ranges: Mapping[Asked, Range]) -> list[Any]:
    return [
        [list(asked), found.low, found.high]
        for asked, found in ranges.items()
        if isinstance(asked, Name)
    ]
