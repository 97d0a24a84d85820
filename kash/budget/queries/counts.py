"""Head counts by which lines are reckoned, of many workshops at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.budget.rules import HeadCounts
from kash.platform.web.formats import to_local
from kash.workshops.models import Enrolment, Facilitator, Workshop

_ASKED = ("invited", "confirmed")


def head_counts(
    session: Session, workshops: Sequence[Workshop], person_days_of: Collection[int]
) -> dict[int, HeadCounts]:
    """Counts of each workshop by its key; days that people came only of those whose keys are in
    `person_days_of`. Five queries."""
    ids = [one.id for one in workshops]
    registers = {one.register_id: one.id for one in workshops}
    people: dict[tuple[int, str], int] = {
        (workshop, state): count
        for workshop, state, count in session.execute(
            select(Enrolment.workshop_id, Enrolment.state, func.count(Enrolment.id))
            .where(Enrolment.workshop_id.in_(ids), Enrolment.state.in_(_ASKED))
            .group_by(Enrolment.workshop_id, Enrolment.state)
        )
    }
    trainers = _by_key(
        session,
        select(Facilitator.workshop_id, func.count(Facilitator.id))
        .where(Facilitator.workshop_id.in_(ids))
        .group_by(Facilitator.workshop_id),
    )
    came = _by_key(
        session,
        _came(registers)
        .with_only_columns(Slot.register_id, func.count(func.distinct(Mark.person_id)))
        .group_by(Slot.register_id),
    )
    days = _days(session, registers)
    wanted = [register for register, key in registers.items() if key in person_days_of]
    person_days = _person_days(session, wanted)
    return {
        one.id: HeadCounts(
            days=len(days.get(one.register_id, ())) or (one.ends_on - one.starts_on).days + 1,
            invited=sum(people.get((one.id, state), 0) for state in _ASKED),
            confirmed=people.get((one.id, "confirmed"), 0),
            trainers=trainers.get(one.id, 0),
            attended=came.get(one.register_id),
            person_days=person_days.get(one.register_id),
        )
        for one in workshops
    }


def _came(registers: Collection[int]) -> Select[int]:
    """Marks of people on the roster who were there at all."""
    return (
        select(Mark.id)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(
            RosterEntry,
            (RosterEntry.register_id == Slot.register_id)
            & (RosterEntry.person_id == Mark.person_id)
            & RosterEntry.removed_at.is_(None),
        )
        .where(Slot.register_id.in_(registers), MarkStatus.weight > 0)
    )


def _days(session: Session, registers: Mapping[int, int]) -> dict[int, set[date]]:
    found: dict[int, set[date]] = {}
    for register, starts_at in session.execute(
        select(Slot.register_id, Slot.starts_at).where(Slot.register_id.in_(registers))
    ):
        found.setdefault(register, set()).add(to_local(starts_at).date())
    return found


def _person_days(session: Session, registers: Collection[int]) -> dict[int, int]:
    """Days that people came, each person's counted once. A day is the programme's, which only it
    can tell from a moment."""
    found: dict[int, set[tuple[int, date]]] = {}
    local: dict[datetime, date] = {}
    for register, person, starts_at in session.execute(
        _came(registers)
        .with_only_columns(Slot.register_id, Mark.person_id, Slot.starts_at)
        .distinct()
    ):
        day = local.setdefault(starts_at, to_local(starts_at).date())
        found.setdefault(register, set()).add((person, day))
    return {register: len(pairs) for register, pairs in found.items()}


def _by_key(session: Session, statement: Select[int, int]) -> dict[int, int]:
    rows: Sequence[tuple[int, int]] = session.execute(statement).all()
    return dict(rows)
