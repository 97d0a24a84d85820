"""Additions of other rooms to the file that carries a course. A room that stands above declares
its own, so that courses know nothing of it. Links of a course's page besides its versions. A room
that stands above declares its own. Versions as trees of plain values, and back: what copies,
compares, translates and carries them walks these. Reads: courses and versions, as far as the actor
reaches. Deliveries of session plans: a room above that teaches them says how long each took. Words
for what is decided here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from kash.feature import Part, ShownPart, declared
from kash.platform.database import db, new_public_id
from kash.platform.vault import Change
from kash.platform.web import Listing, current_actor, listing
from kash.platform.web.errors import one_or_404
from kash.platform.web.metrics import counted
from kash.policy import GRANTS, Actor, Reach
from kash.training.models import APPROVAL, TALK, Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.rules.course_files import Place, ValueFault, ValueReading
from kash.training.rules.courses import (
    BELOW,
    MODULE,
    OBJECTIVE,
    PLAN,
    PLAN_ROWS,
    VERSION,
    CourseNode,
    CourseSearch,
    Key,
    RowKind,
    Value,
)
from kash.training.rules.versions import Delivered, filled, of_last, whole_time


@dataclass(frozen=True)
class PieceCounts:
    """How many pieces of a file are new here, the same, or differ from what is here."""

    new: int = 0
    same: int = 0
    differs: int = 0


Check = Callable[[object, ValueReading, Place], Any]


class Store(Protocol):
    """A function that writes the pieces of a file into a course."""

    def __call__(
        self, change: Change, course: Course, brought: Any, *, differing: bool, by: Actor
    ) -> None:
        """Add what is new and, with `differing`, newer wordings beside those that differ; what is
        here stays as it is."""


@dataclass(frozen=True)
class CourseAddition(Part):
    """A piece of a course file: `name` is its field there, `label` what people call it.

    `sees` is the permission by which somebody takes it away in a file, `writes` the one by which
    she brings it in. `plain` gives what a course has of it as plain values, empty if it has none.
    `check` takes plain values apart and notes mistakes. `compare` says how what it made of them
    stands to what a course has, None for one that is new.
    """

    name: str
    label: Any
    sees: str
    writes: str
    plain: Callable[[Course], object]
    check: Check
    compare: Callable[[Session, Course | None, Any], PieceCounts]
    store: Store


def additions_seen(actor: Actor) -> list[CourseAddition]:
    """Additions that an actor may take away in a file."""
    return [addition for addition in declared(CourseAddition) if actor.may(addition.sees)]


def additions_written(actor: Actor) -> list[CourseAddition]:
    """Additions that an actor may bring in."""
    return [addition for addition in declared(CourseAddition) if actor.may(addition.writes)]


@dataclass(frozen=True)
class CourseLink(ShownPart):
    """A page about a course: its endpoint takes the course's `public_id`."""

    label: Any
    endpoint: str
    icon: str
    permission: str


def course_links(public_id: str) -> list[dict[str, Any]]:
    """The pages about a course that the present actor may open: label, url and icon."""
    actor = current_actor()
    return [
        {"label": link.label, "url": url_for(link.endpoint, public_id=public_id), "icon": link.icon}
        for link in declared(CourseLink)
        if actor.may(link.permission)
    ]


CourseRow = CourseVersion | Module | SessionPlan | PlanRow


def tree_of(version: CourseVersion) -> CourseNode:
    """All that a version holds, as it was loaded."""
    modules = tuple(
        _node(module, MODULE, tuple(map(tree_of_plan, module.plans))) for module in version.modules
    )
    return CourseNode(VERSION.name, "", values(version, VERSION), dict(version.made_from), modules)


def tree_of_plan(plan: SessionPlan) -> CourseNode:
    """A session with its rows."""
    return _node(
        plan, PLAN, tuple(_node(below, kind) for kind in PLAN_ROWS for below in plan.of(kind.name))
    )


def _node(
    row: Module | SessionPlan | PlanRow, kind: RowKind, below: tuple[CourseNode, ...] = ()
) -> CourseNode:
    return CourseNode(kind.name, row.lineage, values(row, kind), dict(row.made_from), below)


def values(row: CourseRow, kind: RowKind) -> dict[str, Value]:
    """The values of a row by the names of its fields."""
    return {field.name: getattr(row, field.name) for field in kind}


def write_values(row: CourseRow, kind: RowKind, given: Mapping[str, Value]) -> None:
    """Write values into a row; fields that are not given stay."""
    for field in kind:
        if field.name in given:
            setattr(row, field.name, given[field.name])


def lay_out(version: CourseVersion, tree: CourseNode) -> None:
    """Give a version all that a tree holds, in place of what it has.

    Its rows are new ones, but those it has already keep their public ids, so that people who have
    the page of one open are told that it changed.
    """
    there: dict[Key, CourseRow] = {}
    for module in version.modules:
        there[MODULE.name, module.lineage] = module
        for plan in module.plans:
            there[PLAN.name, plan.lineage] = plan
            there |= {(below.kind, below.lineage): below for below in plan.rows}
    write_values(version, VERSION, tree.fields)
    version.made_from = dict(tree.made_from)
    version.modules[:] = [
        _laid_out(node, place, there) for place, node in enumerate(tree.of(MODULE.name), 1)
    ]


def _laid_out(node: CourseNode, place: int, there: dict[Key, CourseRow]) -> Any:
    stored: Any = there.pop(node.key, None)
    if stored is None:
        table = {MODULE.name: Module, PLAN.name: SessionPlan}.get(node.kind, PlanRow)
        stored = table(public_id=new_public_id())
        if node.kind not in (MODULE.name, PLAN.name):
            stored.kind = node.kind
    elif node.kind == PLAN.name:
        stored.row_version += 1
    stored.lineage, stored.made_from, stored.position = node.lineage, dict(node.made_from), place
    write_values(stored, node.declared, node.fields)
    below = [
        _laid_out(child, at, there)
        for kind in BELOW.get(node.kind, ())
        for at, child in enumerate(node.of(kind), 1)
    ]
    if node.kind == MODULE.name:
        stored.plans[:] = below
    elif node.kind == PLAN.name:
        stored.rows[:] = below
    return stored


@dataclass(frozen=True)
class TaughtScope(Part):
    """A select of version ids that says which versions were taught to an actor."""

    versions: Callable[[Actor], Select[Any]]


def versions_in_reach(actor: Actor) -> ColumnElement[bool]:
    """A condition on versions: all for who sees the curriculum, else what was taught to her."""
    granted = GRANTS["curriculum.see"]
    reaches = {granted[role] for role in actor.roles if role in granted}
    if Reach.ALL in reaches:
        return CourseVersion.lineage != TALK
    scopes = declared(TaughtScope)
    if Reach.TAUGHT in reaches and scopes:
        taught = or_(*(CourseVersion.id.in_(scope.versions(actor)) for scope in scopes))
        return and_(CourseVersion.state == "published", taught)
    return false()


def courses_in_reach(actor: Actor) -> ColumnElement[bool]:
    """A condition on courses: those of which the actor sees something."""
    if sees_everything(actor):
        return Course.lineage != TALK
    return exists().where(CourseVersion.course_id == Course.id, versions_in_reach(actor))


def sees_everything(actor: Actor) -> bool:
    """True if the actor sees drafts and what is for facilitators only."""
    return actor.reach("curriculum.see") is Reach.ALL


def _of_sessions(what: Any, version_id: Any) -> Any:
    return (
        select(what)
        .join(Module, Module.id == SessionPlan.module_id)
        .where(Module.version_id == version_id)
        .correlate(CourseVersion)
        .scalar_subquery()
    )


def _plans_of(version_id: Any) -> Any:
    return _of_sessions(func.count(SessionPlan.id), version_id)


def minutes_of(version_id: Any) -> Any:
    """The minutes of all sessions of a version, within a select of versions."""
    return _of_sessions(func.coalesce(func.sum(SessionPlan.minutes), 0), version_id)


def find_courses(actor: Actor, text: str, limit: int) -> list[tuple[str, str]]:
    """(public id, name) of courses in reach, found by name or public title; one query."""
    titled = exists().where(
        CourseVersion.course_id == Course.id,
        CourseVersion.public_title.icontains(text, autoescape=True),
        versions_in_reach(actor),
    )
    statement = select(Course.public_id, Course.name).where(
        or_(Course.name.icontains(text, autoescape=True), titled), courses_in_reach(actor)
    )
    named = statement.order_by(func.lower(Course.name), Course.id).limit(limit)
    return [(public_id, name) for public_id, name in db.session.execute(named)]


def course(actor: Actor, public_id: str) -> Course:
    """A course of which the actor sees something. Raises NotFound."""
    in_reach = select(Course).where(Course.public_id == public_id, courses_in_reach(actor))
    return one_or_404(db.session.scalar(in_reach))


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
    plans: dict[int, list[tuple[str, int]]] = {version_id: [] for version_id in version_ids}
    for version_id, lineage, minutes in db.session.execute(
        select(Module.version_id, SessionPlan.lineage, SessionPlan.minutes)
        .join(SessionPlan.module)
        .where(Module.version_id.in_(version_ids))
    ):
        plans[version_id].append((lineage, minutes))
    return plans


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
    """A version with all that is in it, for any actor. Raises NotFound."""
    return one_or_404(db.session.scalar(_whole(public_id)))


def published_versions() -> Sequence[Row[Any]]:
    """All published versions, by course and newest first: those that a workshop can be made
    from."""
    return db.session.execute(
        select(
            CourseVersion.public_id,
            Course.name.label("course_name"),
            CourseVersion.number,
            CourseVersion.language,
            CourseVersion.public_title,
            minutes_of(CourseVersion.id).label("minutes"),
            _plans_of(CourseVersion.id).label("plans"),
        )
        .join(CourseVersion.course)
        .where(CourseVersion.state == "published")
        .order_by(func.lower(Course.name), CourseVersion.number.desc())
    ).all()


def waiting_for(actor: Actor, limit: int = 20) -> Sequence[Row[str, str, int, bool]]:
    """Versions that this actor can publish or send back, as neither she nor the person that she
    stands in for proposed them, and drafts that were `returned`, if she writes courses; oldest
    first. One query, none for who does neither."""
    wanted: list[ColumnElement[bool]] = []
    if actor.may(APPROVAL.approves):
        wanted.append(APPROVAL.open_to(actor))
    if actor.may("curriculum.edit"):
        wanted.append(and_(CourseVersion.state == "draft", CourseVersion.returned_because != ""))
    if not wanted:
        return []
    return db.session.execute(
        select(
            CourseVersion.public_id,
            Course.name.label("course_name"),
            CourseVersion.number,
            (CourseVersion.state == "draft").label("returned"),
        )
        .join(CourseVersion.course)
        .where(or_(*wanted))
        .order_by(CourseVersion.id)
        .limit(limit)
    ).all()


def objectives_of(course_id: str, language: str = "") -> Sequence[Row[str, str, str, str]]:
    """The objectives of a course in the order in which they are taught, each with its session; one
    query.

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
    return db.session.execute(
        select(
            PlanRow.lineage,
            PlanRow.text,
            SessionPlan.title.label("plan_title"),
            SessionPlan.lineage.label("plan_lineage"),
        )
        .join(PlanRow.plan)
        .join(SessionPlan.module)
        .where(Module.version_id == newest, PlanRow.kind == OBJECTIVE.name)
        .order_by(
            Module.position, Module.id, SessionPlan.position, SessionPlan.id, PlanRow.position
        )
    ).all()


def locked_version(session: Session, public_id: str) -> CourseVersion:
    """A version inside a write transaction, locked, with all that is in it. Raises NotFound."""
    locked = session.scalar(
        select(CourseVersion.id)
        .where(CourseVersion.public_id == public_id)
        .with_for_update(of=CourseVersion)
    )
    return one_or_404(session.scalar(_whole(public_id)) if locked is not None else None)


def all_courses() -> list[tuple[str, str]]:
    """(public id, name) of all courses by name, for lists of choices."""
    named = select(Course.public_id, Course.name).where(Course.lineage != TALK)
    named = named.order_by(func.lower(Course.name), Course.id)
    return [(public_id, name) for public_id, name in db.session.execute(named)]


def catalogue(actor: Actor, search: CourseSearch) -> tuple[Listing[Any], dict[int, list[Row[Any]]]]:
    """Courses in reach that answer a search, all of it in one version: a page of rows of id,
    public_id, name, audience and level, and what each offers: its versions in reach that answer the
    search, by the key of the course, the newest first; three queries."""
    wanted = _wanted(actor, search)
    statement: Any = select(
        Course.id, Course.public_id, Course.name, Course.audience, Course.level
    ).where(Course.lineage != TALK)
    if search.narrows_versions or not sees_everything(actor):
        statement = statement.where(exists().where(CourseVersion.course_id == Course.id, *wanted))
    if search.text:
        titled = exists().where(
            CourseVersion.course_id == Course.id,
            or_(
                CourseVersion.public_title.icontains(search.text, autoescape=True),
                CourseVersion.summary.icontains(search.text, autoescape=True),
            ),
            *wanted,
        )
        named = Course.name.icontains(search.text, autoescape=True)
        statement = statement.where(or_(named, titled))
    if search.audience:
        statement = statement.where(Course.audience == search.audience)
    if search.level:
        statement = statement.where(Course.level == search.level)
    page = listing(
        statement,
        sorts={"name": func.lower(Course.name), "level": (Course.level, func.lower(Course.name))},
        default_sort="name",
        key=Course.id,
    )
    versions = db.session.execute(
        select(
            CourseVersion.course_id,
            CourseVersion.number,
            CourseVersion.language,
            CourseVersion.state,
            CourseVersion.days,
            CourseVersion.group_least,
            CourseVersion.group_most,
            CourseVersion.prerequisites,
            minutes_of(CourseVersion.id).label("minutes"),
        )
        .where(CourseVersion.course_id.in_([course.id for course in page]), *wanted)
        .order_by(CourseVersion.number.desc())
    )
    offered: dict[int, list[Row[Any]]] = {}
    for version in versions:
        offered.setdefault(version.course_id, []).append(version)
    return page, offered


def _wanted(actor: Actor, search: CourseSearch) -> list[ColumnElement[bool]]:
    """Conditions on a version: in reach, and all that is looked for."""
    wanted = [versions_in_reach(actor)]
    if search.language:
        wanted.append(CourseVersion.language == search.language)
    if search.method:
        wanted.append(
            exists().where(
                Module.version_id == CourseVersion.id,
                SessionPlan.module_id == Module.id,
                PlanRow.plan_id == SessionPlan.id,
                PlanRow.method == search.method,
            )
        )
    least, most = search.bounds
    if least is not None:
        wanted.append(minutes_of(CourseVersion.id) > least)
    if most is not None:
        wanted.append(minutes_of(CourseVersion.id) <= most)
    if search.needs_nothing:
        # A translation that does not word it yet needs what its source needs.
        source = aliased(CourseVersion)
        wanted.append(CourseVersion.prerequisites == "")
        wanted.append(
            ~exists().where(source.id == CourseVersion.translates_id, source.prerequisites != "")
        )
    if search.people is not None:
        wanted.append(func.coalesce(CourseVersion.group_least, 1) <= search.people)
        wanted.append(func.coalesce(CourseVersion.group_most, search.people) >= search.people)
    return wanted


def known_words(actor: Actor) -> tuple[list[str], list[str]]:
    """The audiences and the levels that courses in reach have, by the alphabet; one query."""
    in_reach = select(Course.audience, Course.level).distinct().where(courses_in_reach(actor))
    words = db.session.execute(in_reach.limit(500)).all()
    audiences, levels = (
        sorted(filter(None, set(column)), key=str.casefold)
        for column in (zip(*words, strict=True) if words else ((), ()))
    )
    return audiences, levels


# For lineages of session plans: the minutes that each took, the latest first, at most `LAST_TIMES`;
# what was never taught may be left out.
LastMinutes = Callable[[Session, Collection[str]], Mapping[str, Sequence[int]]]


@dataclass(frozen=True)
class Deliveries(Part):
    """A room that knows how long sessions took."""

    last_minutes: LastMinutes


def delivered_of(lineages: Collection[str], session: Session | None = None) -> dict[str, Delivered]:
    """The last deliveries of each plan (its lineage) that was ever taught, whichever version or
    translation it was; one query for each room that teaches."""
    return {
        lineage: took
        for room in (declared(Deliveries) if lineages else ())
        for lineage, minutes in room.last_minutes(session or db.session(), lineages).items()
        if (took := of_last(minutes)) is not None
    }


def delivered_kept(lineages: Collection[str]) -> dict[str, Delivered]:
    """The same of all plans of a version, which are asked about once while nothing was written."""
    return counted(("delivered", frozenset(lineages)), lambda: delivered_of(lineages))


def whole_times(version_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """The time of each of these versions (keys), as planned and as taught; three queries, one while
    nothing was written."""
    key = ("whole times", frozenset(version_ids))
    return counted(key, lambda: _whole_times(version_ids))


def _whole_times(version_ids: Collection[int]) -> dict[int, dict[str, int]]:
    plans = plans_of(version_ids)
    took = delivered_of({lineage for some in plans.values() for lineage, _ in some})
    return {
        version: whole_time((minutes, took.get(lineage)) for lineage, minutes in some)
        for version, some in plans.items()
    }


def fault_sentence(fault: ValueFault) -> str:
    """A mistake in a course file: where it stands, and what is wrong."""
    sentence = _(fault.sentence, **fault.said)
    return f"{fault.where}: {sentence}" if fault.place else sentence


def delivered_words(took: Delivered) -> str:
    """How long a session took the last times that it was taught."""
    if took.times == 1:
        return _("last time %(minutes)s min", minutes=took.median)
    if took.least == took.most:
        return _("last %(times)s times %(minutes)s min", times=took.times, minutes=took.least)
    return _(
        "last %(times)s times %(least)s to %(most)s min",
        times=took.times,
        least=took.least,
        most=took.most,
    )
