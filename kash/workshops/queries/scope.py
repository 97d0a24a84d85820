"""Scope of an actor: the workshops that she sees, and those that she runs. Finding workshops by a
part of their title."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from kash.attendance.models import Right
from kash.people.models import Person
from kash.platform.database import RawQuery, db, moment_from
from kash.platform.web import Forbidden
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Reach
from kash.training.models import CourseVersion
from kash.workshops.models import Enrolment, Facilitator, Workshop


@lru_cache(maxsize=64)
def run_by(actor: Actor) -> Select[int]:
    """The ids of the workshops that this actor runs: made, or facilitates. The question is put
    together once for each actor."""
    return select(Workshop.id).where(
        or_(
            Workshop.created_by == actor.public_id,
            Workshop.id.in_(
                select(Facilitator.workshop_id).where(
                    Facilitator.account_id == (actor.account_id or 0)
                )
            ),
        )
    )


def is_run_by(actor: Actor) -> ColumnElement[bool]:
    """The condition that an actor runs a workshop, asked of each: for statements that come to few
    workshops, where gathering all of hers takes longer."""
    return or_(Workshop.created_by == actor.public_id, _facilitates(actor, Workshop.id))


def _facilitates(actor: Actor, workshop_id: Any) -> ColumnElement[bool]:
    return exists().where(
        Facilitator.workshop_id == workshop_id, Facilitator.account_id == (actor.account_id or 0)
    )


def people_of(actor: Actor) -> Select[int]:
    """The ids of the people in the workshops that this actor runs."""
    return select(Enrolment.person_id).where(Enrolment.workshop_id.in_(run_by(actor)))


def runs_for(actor: Actor) -> ColumnElement[bool]:
    """The condition that a person is in a workshop that this actor runs, asked of each of the few
    in which she is: with all that the actor runs gathered beside it, PostgreSQL reads every
    workshop anew for each person."""
    enrolled = aliased(Enrolment)
    made = exists().where(
        Workshop.id == enrolled.workshop_id, Workshop.created_by == actor.public_id
    )
    leads = _facilitates(actor, enrolled.workshop_id)
    its = or_(leads.correlate(enrolled), made.correlate(enrolled))
    return (
        select(enrolled.id).where(enrolled.person_id == Person.id, its).correlate(Person).exists()
    )


def versions_taught_to(actor: Actor) -> Select[int]:
    """The ids of the course versions of workshops in which this actor has a confirmed place."""
    return (
        select(Workshop.version_id)
        .join(Enrolment, Enrolment.workshop_id == Workshop.id)
        .where(
            Workshop.state == "planned",
            Enrolment.state == "confirmed",
            Enrolment.person_id == (actor.person_id or 0),
        )
    )


def visible_workshops(actor: Actor) -> Select[Workshop]:
    """The workshops that this actor may see at all: all, or those in which she is enrolled."""
    reach = actor.reach("workshops.see")
    statement = select(Workshop)
    if reach in (Reach.ALL, Reach.OWN):
        return statement
    if reach is not Reach.SELF or actor.person_id is None:
        return statement.where(false())
    hers = select(Enrolment.workshop_id).where(Enrolment.person_id == actor.person_id)
    return statement.where(Workshop.id.in_(hers))


def workshop(public_id: str, actor: Actor) -> Workshop:
    """A workshop that this actor may see, with what its head shows. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            visible_workshops(actor)
            .where(Workshop.public_id == public_id)
            .options(
                joinedload(Workshop.venue),
                joinedload(Workshop.register),
                joinedload(Workshop.version).joinedload(CourseVersion.course),
            )
        ).first()
    )


def workshop_with_people(public_id: str, actor: Actor, permission: str) -> Workshop:
    """A workshop of which this actor may see everybody. Raises NotFound and Forbidden."""
    seen = workshop(public_id, actor)
    if actor.reach(permission) not in (Reach.ALL, Reach.OWN):
        raise Forbidden
    return seen


def runs(actor: Actor, workshop: Workshop, permission: str) -> bool:
    """True if this permission reaches the workshop for writing."""
    reach = actor.reach(permission)
    if reach is not Reach.OWN:
        return reach is Reach.ALL
    return bool(db.session.scalar(run_by(actor).where(Workshop.id == workshop.id)))


def may_mark_register(session: Session, register_id: int, actor: Actor) -> Right | None:
    """The right of an actor to mark the register of a workshop; None if she has none."""
    reach = actor.reach("attendance.mark")
    if reach not in (Reach.ALL, Reach.OWN):
        return None
    rows = _MAY_MARK.rows(
        session.connection(),
        register=register_id,
        account=actor.account_id or 0,
        by=actor.public_id,
        everywhere=int(reach is Reach.ALL),
    )
    return Right(moment_from(rows[0][0])) if rows else None


# Every batch that a phone sends asks this.
_MAY_MARK = RawQuery(
    "SELECT cancelled_at FROM workshop WHERE register_id = {register} AND ({everywhere} = 1 "
    "OR created_by = {by} OR EXISTS (SELECT 1 FROM facilitator "
    "WHERE workshop_id = workshop.id AND account_id = {account}))"
)


def own_workshop(public_id: str, actor: Actor, permission: str) -> Workshop:
    """A workshop on which this actor may act. Raises NotFound and Forbidden."""
    seen = workshop(public_id, actor)
    if not runs(actor, seen, permission):
        raise Forbidden
    return seen


def find_workshops(actor: Actor, text: str, limit: int) -> Sequence[Any]:
    """Workshops that this actor may see (public id, title, first day), the latest first; one
    query."""
    return db.session.execute(
        visible_workshops(actor)
        .with_only_columns(Workshop.public_id, Workshop.title, Workshop.starts_on)
        .where(Workshop.title.icontains(text[:160], autoescape=True))
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(limit)
    ).all()
