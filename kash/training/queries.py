"""Reads: courses and versions, as far as the actor reaches."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from kash.feature import Part, declared
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import GRANTS, Actor, Reach
from kash.training.approval import APPROVAL
from kash.training.models import Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.rules.fields import OBJECTIVE
from kash.training.rules.nodes import CourseNode
from kash.training.rules.translations import filled
from kash.training.trees import tree_of


@dataclass(frozen=True)
class TaughtScope(Part):
    """A select of version ids that says which versions were taught to an actor."""

    versions: Callable[[Actor], Select[Any]]


@dataclass(frozen=True)
class PublishedVersion:
    """A version that a workshop can be made from."""

    public_id: str
    course_name: str
    number: int
    language: str
    public_title: str
    minutes: int
    plans: int


def versions_in_reach(actor: Actor) -> ColumnElement[bool]:
    """A condition on versions: all for whoever sees the curriculum, else what was taught to her."""
    granted = GRANTS["curriculum.see"]
    held = {granted[role] for role in actor.roles if role in granted}
    if Reach.ALL in held:
        return true()
    scopes = declared(TaughtScope)
    if Reach.TAUGHT in held and scopes:
        taught = or_(*(CourseVersion.id.in_(scope.versions(actor)) for scope in scopes))
        return and_(CourseVersion.state == "published", taught)
    return false()


def sees_everything(actor: Actor) -> bool:
    """True if the actor sees drafts and what is for facilitators only."""
    return actor.reach("curriculum.see") is Reach.ALL


def _plans_of(version_id: Any) -> Any:
    return (
        select(func.count(SessionPlan.id))
        .join(Module, Module.id == SessionPlan.module_id)
        .where(Module.version_id == version_id)
        .correlate(CourseVersion)
        .scalar_subquery()
    )


def minutes_of(version_id: Any) -> Any:
    """The minutes of all sessions of a version, within a select of versions."""
    return (
        select(func.coalesce(func.sum(SessionPlan.minutes), 0))
        .join(Module, Module.id == SessionPlan.module_id)
        .where(Module.version_id == version_id)
        .correlate(CourseVersion)
        .scalar_subquery()
    )


def find_courses(actor: Actor, text: str, limit: int) -> list[tuple[str, str]]:
    """(public id, name) of courses in reach, found by name or public title; one query."""
    reach = versions_in_reach(actor)
    statement = select(Course.public_id, Course.name).where(
        or_(
            Course.name.icontains(text, autoescape=True),
            exists().where(
                CourseVersion.course_id == Course.id,
                CourseVersion.public_title.icontains(text, autoescape=True),
                reach,
            ),
        )
    )
    if not sees_everything(actor):
        statement = statement.where(exists().where(CourseVersion.course_id == Course.id, reach))
    rows = db.session.execute(statement.order_by(func.lower(Course.name), Course.id).limit(limit))
    return [(row.public_id, row.name) for row in rows]


def course(actor: Actor, public_id: str) -> Course:
    """A course of which the actor sees something. Raises NotFound."""
    statement = select(Course).where(Course.public_id == public_id)
    if not sees_everything(actor):
        statement = statement.where(
            exists().where(CourseVersion.course_id == Course.id, versions_in_reach(actor))
        )
    return one_or_404(db.session.scalar(statement))


def versions_of(actor: Actor, found: Course) -> list[Any]:
    """The versions of a course in reach, the newest first, as rows of id, public_id, number,
    language, public_title, state, published_at, created_at, source (the number of the version that
    it translates), plans and minutes."""
    source = aliased(CourseVersion)
    return list(
        db.session.execute(
            select(
                CourseVersion.id,
                CourseVersion.public_id,
                CourseVersion.number,
                CourseVersion.language,
                CourseVersion.public_title,
                CourseVersion.state,
                CourseVersion.published_at,
                CourseVersion.created_at,
                source.number.label("source"),
                _plans_of(CourseVersion.id).label("plans"),
                minutes_of(CourseVersion.id).label("minutes"),
            )
            .outerjoin(source, source.id == CourseVersion.translates_id)
            .where(CourseVersion.course_id == found.id, versions_in_reach(actor))
            .order_by(CourseVersion.number.desc())
        )
    )


def plans_of(version_ids: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    """(lineage, planned minutes) of all sessions of each of these versions (keys); one query."""
    found: dict[int, list[tuple[str, int]]] = {one: [] for one in version_ids}
    for version_id, lineage, minutes in db.session.execute(
        select(Module.version_id, SessionPlan.lineage, SessionPlan.minutes)
        .join(SessionPlan.module)
        .where(Module.version_id.in_(version_ids))
    ):
        found[version_id].append((lineage, minutes))
    return found


def loaded(statement: Select[CourseVersion]) -> Select[CourseVersion]:
    """A select of versions that loads all that is in them."""
    return statement.options(
        joinedload(CourseVersion.course),
        selectinload(CourseVersion.modules)
        .selectinload(Module.plans)
        .selectinload(SessionPlan.rows),
    )


def _whole(public_id: str) -> Select[CourseVersion]:
    return loaded(select(CourseVersion).where(CourseVersion.public_id == public_id))


def version(actor: Actor, public_id: str) -> CourseVersion:
    """A version in reach with its course, modules, plans and their rows. Raises NotFound."""
    return one_or_404(db.session.scalar(_whole(public_id).where(versions_in_reach(actor))))


def read_version(found: CourseVersion) -> CourseNode:
    """A version as it is read: what a translation does not word yet is told as in its source.

    What is published lends from what is published only, so that it never changes. Four more queries
    for a translation, none for an original.
    """
    source = source_of(found)
    if source is not None and found.state == "published" != source.state:
        source = None
    return filled(tree_of(found), tree_of(source) if source is not None else None)


def source_of(found: CourseVersion) -> CourseVersion | None:
    """The version that this one translates, with all that is in it; None for an original."""
    if found.translates_id is None:
        return None
    return db.session.scalar(
        loaded(select(CourseVersion).where(CourseVersion.id == found.translates_id))
    )


def newer_source(source: CourseVersion) -> CourseVersion | None:
    """The newest published version of a course in the language of one that was translated, if it
    is newer than that."""
    return db.session.scalar(
        select(CourseVersion)
        .where(
            CourseVersion.course_id == source.course_id,
            CourseVersion.language == source.language,
            CourseVersion.state == "published",
            CourseVersion.number > source.number,
        )
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )


def version_with_plans(public_id: str) -> CourseVersion:
    """A version with all that is in it, whoever asks. Raises NotFound."""
    return one_or_404(db.session.scalar(_whole(public_id)))


def published_versions() -> list[PublishedVersion]:
    """All published versions, by course and newest first."""
    rows = db.session.execute(
        select(
            CourseVersion.public_id,
            Course.name,
            CourseVersion.number,
            CourseVersion.language,
            CourseVersion.public_title,
            minutes_of(CourseVersion.id),
            _plans_of(CourseVersion.id),
        )
        .join(CourseVersion.course)
        .where(CourseVersion.state == "published")
        .order_by(func.lower(Course.name), CourseVersion.number.desc())
    )
    return [PublishedVersion(*row) for row in rows]


@dataclass(frozen=True)
class WaitingVersion:
    """A version that waits for whoever publishes courses or, if it was `returned`, writes them."""

    public_id: str
    course_name: str
    number: int
    returned: bool


def waiting_for(actor: Actor, limit: int = 20) -> list[WaitingVersion]:
    """Versions that this actor can publish or send back, as neither she nor whomever she stands in
    for proposed them, and drafts that were sent back, if she writes courses; oldest first. One
    query, none for who does neither."""
    wanted: list[ColumnElement[bool]] = []
    if actor.may(APPROVAL.approves):
        wanted.append(APPROVAL.open_to(actor))
    if actor.may("curriculum.edit"):
        wanted.append(and_(CourseVersion.state == "draft", CourseVersion.returned_because != ""))
    if not wanted:
        return []
    rows = db.session.execute(
        select(
            CourseVersion.public_id,
            Course.name,
            CourseVersion.number,
            CourseVersion.state == "draft",
        )
        .join(CourseVersion.course)
        .where(or_(*wanted))
        .order_by(CourseVersion.id)
        .limit(limit)
    )
    return [WaitingVersion(*row) for row in rows]


@dataclass(frozen=True)
class CourseObjective:
    """An objective of a course, as its newest published version in a language words it."""

    lineage: str
    text: str
    plan_title: str
    plan_lineage: str


def objectives_of(course_id: str, language: str = "") -> list[CourseObjective]:
    """The objectives of a course in the order in which they are taught; one query.

    They are those of its newest published version in the language or, where there is none, in any;
    of the newest draft if nothing is published.
    """
    newest = (
        select(CourseVersion.id)
        .join(CourseVersion.course)
        .where(Course.public_id == course_id)
        .order_by(
            case((CourseVersion.state == "published", 0), else_=1),
            case((CourseVersion.language == language, 0), else_=1),
            CourseVersion.number.desc(),
        )
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(PlanRow.lineage, PlanRow.text, SessionPlan.title, SessionPlan.lineage)
        .join(PlanRow.plan)
        .join(SessionPlan.module)
        .where(Module.version_id == newest, PlanRow.kind == OBJECTIVE.name)
        .order_by(
            Module.position, Module.id, SessionPlan.position, SessionPlan.id, PlanRow.position
        )
    )
    return [CourseObjective(*row) for row in rows]


def locked_version(session: Session, public_id: str) -> CourseVersion:
    """A version inside a write transaction, locked, with all that is in it. Raises NotFound."""
    held = session.scalar(
        select(CourseVersion.id)
        .where(CourseVersion.public_id == public_id)
        .with_for_update(of=CourseVersion)
    )
    return one_or_404(session.scalar(_whole(public_id)) if held is not None else None)


def all_courses() -> list[tuple[str, str]]:
    """(public id, name) of all courses by name, for lists of choices."""
    rows = db.session.execute(
        select(Course.public_id, Course.name).order_by(func.lower(Course.name), Course.id)
    )
    return [(row.public_id, row.name) for row in rows]
