"""Delivery reports of a gateway: they change a state, and nothing else.

A report comes late, twice, or about a message whose name the gateway never got through to us. Then
it is known by the number alone, if exactly one message fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.database import writing
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.states import (
    REPORTS_LAST,
    Channel,
    MessageState,
    reported,
    says_stopped,
    state_reported,
)


@dataclass(frozen=True)
class Report:
    """A report: the gateway's name of a message, its word for what became of it and why, and the
    key of the number, as `vault.lookup` makes it."""

    gateway_id: str
    status: str
    reason: str = ""
    address_lookup: str = field(default="", repr=False)


@dataclass(frozen=True)
class SettledReport:
    """The messages that a report was about, none or one, and whether their number wants none."""

    messages: tuple[int, ...] = ()
    stopped: bool = False


def take_report(report: Report, now: datetime) -> SettledReport:
    """Settle the message that a report is about; nothing if there is none, or more than one."""
    told = state_reported(report.status)
    stopped = says_stopped(report.status, report.reason)
    if told is None:
        return SettledReport()
    with writing() as session:
        row = _by_name(session, report) or _by_number(session, report, now)
        if row is None:
            return SettledReport()
        after = reported(MessageState(row.state), told)
        row.gateway_id = row.gateway_id or report.gateway_id[:80] or None
        if after != row.state:
            row.state, row.settled_at = after, now
            row.code = report.reason[:40] if after is MessageState.FAILED else ""
        return SettledReport((row.id,), stopped)


def _by_name(session: Session, report: Report) -> OutboxMessage | None:
    if not report.gateway_id:
        return None
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.gateway_id == report.gateway_id[:80])
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update()
    ).first()


def _by_number(session: Session, report: Report, now: datetime) -> OutboxMessage | None:
    """The only message to this number of which the name is not known, tried of late."""
    if not report.address_lookup:
        return None
    fitting: Sequence[OutboxMessage] = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.address_lookup == report.address_lookup,
            OutboxMessage.channel == Channel.SMS,
            OutboxMessage.state.in_((MessageState.CLAIMED, MessageState.UNKNOWN)),
            OutboxMessage.gateway_id.is_(None),
            OutboxMessage.claimed_at >= now - REPORTS_LAST,
        )
        .limit(2)
        .with_for_update()
    ).all()
    return fitting[0] if len(fitting) == 1 else None
