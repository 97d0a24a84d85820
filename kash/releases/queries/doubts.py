"""Days whose figures may have been printed already, in what a database that was put back lost.

Dice that are thrown a second time for one window can be set beside the first throw. So whatever
could have been printed before the database was put back waits until two people say what was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.vault import (
    MirrorMissing,
    entry_with_code,
    is_behind_its_mirror,
    noted_once,
    put_back_at,
)
from kash.platform.web.errors import one_or_404
from kash.releases.models import ReleaseRecovery
from kash.releases.queries.due import PrintingDay, printing_days


@dataclass(frozen=True)
class Doubt:
    """A day that waits: since the database was put back (`since`), since the mirror holds `noted`
    throws of it that are not here, or since the database is behind its mirror, of which nothing
    says why (`unsaid`)."""

    printing: PrintingDay
    since: datetime | None
    noted: int
    unsaid: bool

    @property
    def day(self) -> date:
        """The freeze day."""
        return self.printing.day


def doubts(
    session: Session, now: datetime, days: Sequence[PrintingDay] | None = None
) -> list[Doubt]:
    """The days that are due and wait, the oldest first."""
    days = printing_days(session) if days is None else days
    due = [one for one in days if one.due_at <= now and not one.is_printed]
    if not due:
        return []
    since, noted, unsaid = put_back_at(session), noted_once(), _is_unsaid(session)
    told = [_doubt(one, since, noted, unsaid=unsaid) for one in due]
    said = _said(session, [one.day for one in told if one is not None])
    return [one for one in told if one is not None and not _is_settled(one, said.get(one.day))]


def _doubt(
    printing: PrintingDay, since: datetime | None, noted: Mapping[str, int], *, unsaid: bool
) -> Doubt | None:
    since = since if since is not None and since >= printing.due_at else None
    thrown = sum(noted.get(one.witness, 0) for one in printing.tables if not one.printed)
    if since is None and not thrown and not unsaid:
        return None
    return Doubt(printing, since, thrown, unsaid)


def _is_unsaid(session: Session) -> bool:
    try:
        return is_behind_its_mirror(session)
    except MirrorMissing:
        return True


def _said(session: Session, days: Sequence[date]) -> dict[date, ReleaseRecovery]:
    """All that two people said of each day last."""
    rows = session.scalars(
        select(ReleaseRecovery)
        .where(ReleaseRecovery.state == "approved", ReleaseRecovery.day.in_(days))
        .order_by(ReleaseRecovery.id)
    )
    return {row.day: row for row in rows}


def _is_settled(doubt: Doubt, said: ReleaseRecovery | None) -> bool:
    if said is None or doubt.unsaid:
        return False
    # Whatever was put back, or thrown, after it is another matter.
    return said.noted == doubt.noted and (doubt.since is None or said.created_at > doubt.since)


def doubt_of(session: Session, day: date, now: datetime) -> Doubt:
    """The doubt of a day. Raises NotFound."""
    return one_or_404(next((one for one in doubts(session, now) if one.day == day), None))


def waiting_for(session: Session, day: date) -> ReleaseRecovery | None:
    """All that one person said of a day, and another has not agreed to yet."""
    return session.scalar(
        select(ReleaseRecovery).where(
            ReleaseRecovery.day == day, ReleaseRecovery.state == "proposed"
        )
    )


def sent_back(session: Session, day: date) -> ReleaseRecovery | None:
    """All that was last said of a day, if it was sent back."""
    row = session.scalar(
        select(ReleaseRecovery)
        .where(ReleaseRecovery.day == day)
        .order_by(ReleaseRecovery.id.desc())
        .limit(1)
    )
    return row if row is not None and row.state == "returned" else None


def proves(session: Session, code: str, doubt: Doubt) -> bool | None:
    """True if a code on printed minutes tells that the figures had not been printed: it stands in
    this chain, between the day on which they were due and the moment at which the database was put
    back. None if no entry has it."""
    entry = entry_with_code(session, code)
    if entry is None:
        return None
    return doubt.since is not None and doubt.printing.due_at <= entry.at < doubt.since
