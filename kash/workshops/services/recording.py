"""Writing down how a session was taught, and forgetting the words of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from kash.platform.database import new_public_id, writing
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.programme import retention
from kash.policy import Actor
from kash.training.models import SessionPlan
from kash.training.rules.fields import OBJECTIVE, STEP
from kash.workshops.models import (
    ObjectiveReached,
    SessionRecord,
    StepLeftOut,
    WorkshopSession,
)
from kash.workshops.sealed import sealed_next_time, sealed_notes, sealed_words
from kash.workshops.services.planning import held_for_change


@dataclass(frozen=True)
class TaughtRecord:
    """How a session was taught: (reason, words) of each step that was left out, how far each
    objective was reached, both by lineages; notes of the day, and what to change next time."""

    left_out: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    reached: Mapping[str, str] = field(default_factory=dict)
    notes: str = field(default="", repr=False)
    next_time: str = field(default="", repr=False)

    @property
    def says_nothing(self) -> bool:
        """True if nothing is written."""
        return not (self.left_out or self.reached or self.notes or self.next_time)


def record_session(
    workshop: str, session_id: str, told: TaughtRecord, row_version: int, by: Actor
) -> None:
    """Write down how a session was taught, in place of what was written before. `row_version` is
    that of the record shown, 0 if there was none. What is not of the session's plan is left aside.

    Raises NotFound, WorkshopCancelled and ChangedMeanwhile.
    """
    with audited("workshops.session_recorded", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        found = _session_of(session, held.id, session_id)
        record = found.record
        if (record.row_version if record is not None else 0) != row_version:
            raise ChangedMeanwhile
        change.about(held.public_id, found.public_id)
        if told.says_nothing:
            if record is None:
                change.nothing()
            else:
                session.delete(record)
            return
        if record is None:
            record = SessionRecord(
                public_id=new_public_id(), row_version=0, written_by=by.public_id
            )
            found.record = record
        record.row_version += 1
        record.written_by, record.written_at = by.public_id, change.now
        record.notes_sealed = sealed_notes(told.notes, record.public_id)
        record.next_time_sealed = sealed_next_time(told.next_time, record.public_id)
        steps, objectives = _lineages(found.plan, STEP.name), _lineages(found.plan, OBJECTIVE.name)
        # One row a lineage: what was there goes before the same comes again.
        record.left_out, record.reached = [], []
        session.flush()
        record.left_out = [
            StepLeftOut(
                lineage=lineage,
                reason=reason,
                words_sealed=sealed_words(words, record.public_id, lineage),
            )
            for lineage, (reason, words) in told.left_out.items()
            if lineage in steps
        ]
        record.reached = [
            ObjectiveReached(lineage=lineage, reached=reached)
            for lineage, reached in told.reached.items()
            if lineage in objectives
        ]


def forget_words(now: datetime) -> None:
    """Forget what trainers wrote in their own words before the time that the programme chose; what
    was left out and reached stays."""
    old = select(SessionRecord.id).where(
        SessionRecord.written_at < now - retention().span("trainer_notes")
    )
    with writing() as session:
        session.execute(
            update(StepLeftOut)
            .where(StepLeftOut.record_id.in_(old), StepLeftOut.words_sealed.is_not(None))
            .values(words_sealed=None)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(SessionRecord)
            .where(SessionRecord.id.in_(old))
            .values(notes_sealed=None, next_time_sealed=None)
            .execution_options(synchronize_session=False)
        )


def _lineages(plan: SessionPlan | None, kind: str) -> set[str]:
    return {row.lineage for row in plan.of(kind)} if plan is not None else set()


def _session_of(session: Session, workshop_id: int, public_id: str) -> WorkshopSession:
    return one_or_404(
        session.scalars(
            select(WorkshopSession)
            .options(
                joinedload(WorkshopSession.plan).selectinload(SessionPlan.rows),
                joinedload(WorkshopSession.record),
            )
            .where(
                WorkshopSession.workshop_id == workshop_id,
                WorkshopSession.public_id == public_id,
            )
        ).first()
    )
