"""Sessions as they were taught: how long, what was left out, what was reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import Slot
from kash.attendance.rules.times import Stretch
from kash.platform.database import db
from kash.training.models import CourseVersion, SessionPlan
from kash.training.queries import loaded, read_version
from kash.training.rules.delivered import LAST_TIMES
from kash.training.rules.fields import OBJECTIVE, PLAN
from kash.training.rules.nodes import CourseNode, by_key
from kash.training.rules.timing import TimedStep, timed_steps
from kash.workshops.models import SessionRecord, Workshop, WorkshopSession
from kash.workshops.sealed import next_time_of, notes_of, words_of


def last_minutes(session: Session, lineages: Collection[str]) -> dict[str, list[int]]:
    """The minutes of the last deliveries of plans, by their lineages, the latest first; one query.

    What a cancelled workshop taught is left out, and times that do not fit.
    """
    latest = (
        func.row_number()
        .over(partition_by=SessionPlan.lineage, order_by=(Slot.began_at.desc(), Slot.id.desc()))
        .label("latest")
    )
    ranked = (
        select(SessionPlan.lineage, Slot.began_at, Slot.ended_at, latest)
        .join(WorkshopSession, WorkshopSession.plan_id == SessionPlan.id)
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(
            SessionPlan.lineage.in_(lineages),
            Workshop.state == "planned",
            Slot.ended_at > Slot.began_at,
        )
        .subquery()
    )
    found: dict[str, list[int]] = defaultdict(list)
    for lineage, began_at, ended_at in session.execute(
        select(ranked.c.lineage, ranked.c.began_at, ranked.c.ended_at)
        # More than are wanted, should one of them not fit.
        .where(ranked.c.latest <= 2 * LAST_TIMES)
        .order_by(ranked.c.lineage, ranked.c.latest)
    ):
        minutes = Stretch(began_at, ended_at).minutes
        if minutes is not None and len(found[lineage]) < LAST_TIMES:
            found[lineage].append(minutes)
    return dict(found)


@dataclass(frozen=True)
class TaughtSession:
    """A session of a workshop beside its plan: when it was to be and was taught, and its record.

    `left_out` are (reason, words) by the lineages of steps, `reached` how far by those of
    objectives. `node` is the plan as it is read, None if it follows none. Texts are opened.
    """

    public_id: str
    slot: str
    title: str
    starts_at: datetime
    minutes: int
    taught: Stretch
    node: CourseNode | None
    row_version: int = 0
    left_out: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    reached: dict[str, str] = field(default_factory=dict)
    notes: str = field(default="", repr=False)
    next_time: str = field(default="", repr=False)

    @property
    def steps(self) -> tuple[TimedStep, ...]:
        """The steps of its plan."""
        return timed_steps(self.node) if self.node is not None else ()

    @property
    def objectives(self) -> tuple[CourseNode, ...]:
        """The objectives of its plan."""
        return self.node.of(OBJECTIVE.name) if self.node is not None else ()

    @property
    def has_record(self) -> bool:
        """True if anything was written about it."""
        return bool(self.left_out or self.reached or self.notes or self.next_time)


def taught_sessions(workshop: Workshop, *, with_texts: bool = True) -> list[TaughtSession]:
    """The sessions of a workshop in the order of time, each beside its plan; `with_texts` opens
    what trainers wrote in their own words."""
    rows = db.session.scalars(
        select(WorkshopSession)
        .join(WorkshopSession.slot)
        .where(WorkshopSession.workshop_id == workshop.id)
        .options(
            joinedload(WorkshopSession.slot),
            joinedload(WorkshopSession.plan),
            joinedload(WorkshopSession.record).selectinload(SessionRecord.left_out),
            joinedload(WorkshopSession.record).selectinload(SessionRecord.reached),
        )
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    nodes = by_key(read_version(_version(workshop)))
    return [
        _taught(one, nodes.get((PLAN.name, one.plan.lineage)) if one.plan else None, with_texts)
        for one in rows
    ]


def taught_session(workshop: Workshop, session: WorkshopSession) -> TaughtSession:
    """One session of a workshop beside its plan, with its texts opened."""
    node = None
    if session.plan is not None:
        node = by_key(read_version(_version(workshop))).get((PLAN.name, session.plan.lineage))
    return _taught(session, node, with_texts=True)


def _version(workshop: Workshop) -> CourseVersion:
    return db.session.scalars(
        loaded(select(CourseVersion).where(CourseVersion.id == workshop.version_id))
    ).one()


def _taught(one: WorkshopSession, node: CourseNode | None, with_texts: bool) -> TaughtSession:
    record, slot = one.record, one.slot
    taught = TaughtSession(
        one.public_id,
        slot.public_id,
        one.title,
        slot.starts_at,
        slot.minutes,
        Stretch(slot.began_at, slot.ended_at),
        node,
    )
    if record is None:
        return taught
    return replace(
        taught,
        row_version=record.row_version,
        left_out={
            row.lineage: (row.reason, words_of(record, row) if with_texts else "")
            for row in record.left_out
        },
        reached={row.lineage: row.reached for row in record.reached},
        notes=notes_of(record) if with_texts else "",
        next_time=next_time_of(record) if with_texts else "",
    )
