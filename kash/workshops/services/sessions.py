"""Adding, moving, ordering and removing the sessions of a workshop. Sharing the costs of a
workshop among funders. Writing down how a session was taught, and forgetting the words of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import Slot
from kash.attendance.register import (
    lock_register,
    move_slot,
    number_slots,
    remove_slots,
    slot_taught,
)
from kash.platform.database import new_public_id, writing
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404
from kash.platform.web.programme import retention
from kash.policy import Actor
from kash.training.models import SessionPlan
from kash.training.rules.courses import OBJECTIVE, STEP
from kash.workshops.models import (
    Funder,
    Funding,
    ObjectiveReached,
    SessionRecord,
    StepLeftOut,
    Workshop,
    WorkshopSession,
    sealed_next_time,
    sealed_notes,
    sealed_words,
)
from kash.workshops.rules import FundingFault, Span, funding_fault
from kash.workshops.schedule_checks import without_new_clashes
from kash.workshops.services.planning import held_for_change
from kash.workshops.services.timetable import (
    lay_anew,
    refuse_outside,
    refuse_overlap,
    sessions_in_order,
)


@dataclass(frozen=True)
class SessionDetails:
    """A session as entered; `starts_at` is an aware moment."""

    title: str
    starts_at: datetime
    minutes: int


def add_session(workshop: str, details: SessionDetails, row_version: int, by: Actor) -> str:
    """Add a session that follows no plan; returns its public id.

    Raises NotFound, ChangedMeanwhile and WorkshopCancelled; refused where it overlaps another, lies
    outside the workshop's days, or its schedule clashes.
    """
    with audited("workshops.session_added", by) as change:
        session = change.session
        held = held_for_change(session, workshop, row_version)
        public_id = new_public_id()
        refuse_overlap(session, held, Span(public_id, details.starts_at, details.minutes))
        with without_new_clashes(session, held):
            slot = Slot(
                register_id=held.register_id,
                position=0,
                starts_at=details.starts_at,
                minutes=details.minutes,
            )
            session.add(
                WorkshopSession(
                    public_id=public_id, workshop_id=held.id, title=details.title, slot=slot
                )
            )
            refuse_outside(session, held)
        number_slots(session, held.register_id)
        held.row_version += 1
        change.about(held.public_id, public_id)
        return public_id


def change_session(
    workshop: str, public_id: str, details: SessionDetails, row_version: int, by: Actor
) -> None:
    """Change a session's title, time or length. The time of a closed one stays.

    Raises NotFound, ChangedMeanwhile and WorkshopCancelled, and refuses as `add_session` does.
    """
    with audited("workshops.session_changed", by) as change:
        session = change.session
        held = held_for_change(session, workshop, row_version)
        # Marks and closing go by the register's lock, not the workshop's.
        lock_register(session, held.register.public_id)
        changed = _session_of(session, held, public_id)
        slot = changed.slot
        moved = (slot.starts_at, slot.minutes) != (details.starts_at, details.minutes)
        if moved and slot.closed_at is not None:
            raise Problem(
                _l("The register of this session is closed, so its time stays."), field="at"
            )
        refuse_overlap(session, held, Span(public_id, details.starts_at, details.minutes))
        changed.title = details.title
        with without_new_clashes(session, held):
            move_slot(slot, details.starts_at, details.minutes, change.now)
        if moved:
            refuse_outside(session, held)
            number_slots(session, held.register_id)
        held.row_version += 1
        change.about(held.public_id, public_id)


def remove_session(workshop: str, public_id: str, by: Actor) -> None:
    """Take a session out of the plan. Raises NotFound and WorkshopCancelled."""
    with audited("workshops.session_removed", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        lock_register(session, held.register.public_id)
        removed = _session_of(session, held, public_id)
        if removed.record is not None:
            raise slot_taught()
        slot_id = removed.slot_id
        change.about(held.public_id, public_id)
        session.delete(removed)
        session.flush()
        remove_slots(session, [slot_id])
        number_slots(session, held.register_id)
        held.row_version += 1


def order_sessions(workshop: str, order: Sequence[str], by: Actor) -> None:
    """Put the sessions in another order and lay them out afresh.

    Sessions that `order` does not name come after those it does. Raises NotFound and
    WorkshopCancelled; refused once people were marked, where they do not fit, or clash.
    """
    with audited("workshops.sessions_ordered", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        sessions = sessions_in_order(session, held)
        place = {public_id: number for number, public_id in enumerate(order)}
        wanted = sorted(sessions, key=lambda taught: place.get(taught.public_id, len(place)))
        change.about(held.public_id)
        if wanted == sessions:
            change.nothing()
            return
        with without_new_clashes(session, held):
            lay_anew(session, held, change.now, wanted)
        held.row_version += 1


def lay_out_anew(workshop: str, by: Actor, *, as_delivered: bool = False) -> None:
    """Lay the sessions out afresh in their present order; `as_delivered` makes each as long as it
    took the last times. Raises and refuses as `order_sessions` does."""
    with audited("workshops.sessions_laid_out", by) as change:
        held = held_for_change(change.session, workshop)
        with without_new_clashes(change.session, held):
            lay_anew(change.session, held, change.now, as_delivered=as_delivered)
        held.row_version += 1
        change.about(held.public_id)


def _session_of(session: Session, workshop: Workshop, public_id: str) -> WorkshopSession:
    return get_or_404(
        session,
        WorkshopSession,
        public_id,
        WorkshopSession.workshop_id == workshop.id,
        options=(
            joinedload(WorkshopSession.slot),
            joinedload(WorkshopSession.plan).selectinload(SessionPlan.rows),
            joinedload(WorkshopSession.record),
        ),
    )


@dataclass(frozen=True)
class FunderShare:
    """A funder by name and the share in whole per cent."""

    funder: str
    share: int
    budget_code: str = ""


def share_costs(public_id: str, shares: Sequence[FunderShare], row_version: int, by: Actor) -> None:
    """Say who pays which share; none at all is allowed, else they make 100.

    Raises NotFound, ChangedMeanwhile and WorkshopCancelled; refused if the shares make no whole.
    """
    fault = funding_fault([(share.funder, share.share) for share in shares])
    if fault is not None:
        raise Problem(_FAULTS[fault], field="")
    with audited("workshops.costs_shared", by) as change:
        session = change.session
        workshop = held_for_change(session, public_id, row_version)
        session.execute(delete(Funding).where(Funding.workshop_id == workshop.id))
        for share in shares:
            funder = session.scalars(
                select(Funder).where(func.lower(Funder.name) == func.lower(share.funder))
            ).first()
            if funder is None:
                funder = Funder(name=share.funder)
                session.add(funder)
                session.flush()
            session.add(
                Funding(
                    workshop_id=workshop.id,
                    funder_id=funder.id,
                    share=share.share,
                    budget_code=share.budget_code,
                )
            )
        workshop.row_version += 1
        change.about(workshop.public_id)


_FAULTS = {
    FundingFault.SHARE: _l("Each share is a whole number from 1 to 100."),
    FundingFault.TWICE: _l("A funder stands here twice. Give each one line."),
    FundingFault.SUM: _l("All shares together must make one hundred."),
}


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
        taught = _session_of(session, held, session_id)
        record = taught.record
        if (record.row_version if record is not None else 0) != row_version:
            raise ChangedMeanwhile
        change.about(held.public_id, session_id)
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
            taught.record = record
        record.row_version += 1
        record.written_by, record.written_at = by.public_id, change.now
        record.notes_sealed = sealed_notes(told.notes, record.public_id)
        record.next_time_sealed = sealed_next_time(told.next_time, record.public_id)
        plan = taught.plan
        steps, objectives = (
            {row.lineage for row in plan.of(kind.name)} if plan is not None else set()
            for kind in (STEP, OBJECTIVE)
        )
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
    words = StepLeftOut.record_id.in_(old), StepLeftOut.words_sealed.is_not(None)
    with writing() as session:
        for forgetting in (
            update(StepLeftOut).where(*words).values(words_sealed=None),
            update(SessionRecord)
            .where(SessionRecord.id.in_(old))
            .values(notes_sealed=None, next_time_sealed=None),
        ):
            session.execute(forgetting.execution_options(synchronize_session=False))
