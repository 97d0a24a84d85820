"""The catalogue: courses, narrowed by what somebody looks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased

from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.policy import Actor
from kash.training.models import Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.queries import minutes_of, sees_everything, versions_in_reach
from kash.training.rules.courses import CourseSearch


@dataclass(frozen=True)
class OfferedVersion:
    """A version as the catalogue shows it. `minutes` are those of its sessions together."""

    number: int
    language: str
    state: str
    days: int | None
    group_least: int | None
    group_most: int | None
    prerequisites: str
    minutes: int


@dataclass(frozen=True)
class Catalogue:
    """A page of courses, rows of id, public_id, name, audience and level, with what each offers:
    its versions in reach that answer the search, by the key of the course, the newest first."""

    listing: Listing[Any]
    offered: Mapping[int, Sequence[OfferedVersion]]


def catalogue(actor: Actor, search: CourseSearch) -> Catalogue:
    """Courses in reach that answer a search, all of it in one version; three queries."""
    wanted = _wanted(actor, search)
    statement: Any = select(Course.id, Course.public_id, Course.name, Course.audience, Course.level)
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
    found = listing(
        statement,
        sorts={
            "name": func.lower(Course.name),
            "level": (Course.level, func.lower(Course.name)),
        },
        default_sort="name",
        key=Course.id,
    )
    return Catalogue(found, _offered([row.id for row in found], wanted))


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


def _offered(
    courses: Sequence[int], wanted: Sequence[ColumnElement[bool]]
) -> dict[int, list[OfferedVersion]]:
    rows = db.session.execute(
        select(
            CourseVersion.course_id,
            CourseVersion.number,
            CourseVersion.language,
            CourseVersion.state,
            CourseVersion.days,
            CourseVersion.group_least,
            CourseVersion.group_most,
            CourseVersion.prerequisites,
            minutes_of(CourseVersion.id),
        )
        .where(CourseVersion.course_id.in_(courses), *wanted)
        .order_by(CourseVersion.number.desc())
    )
    offered: dict[int, list[OfferedVersion]] = {}
    for course, *version in rows:
        offered.setdefault(course, []).append(OfferedVersion(*version))
    return offered


def known_words(actor: Actor) -> tuple[list[str], list[str]]:
    """The audiences and the levels that courses in reach have, by the alphabet; one query."""
    statement = select(Course.audience, Course.level).distinct()
    if not sees_everything(actor):
        statement = statement.where(
            exists().where(CourseVersion.course_id == Course.id, versions_in_reach(actor))
        )
    rows = db.session.execute(statement.limit(500)).all()
    audiences = {row.audience for row in rows if row.audience}
    levels = {row.level for row in rows if row.level}
    return sorted(audiences, key=str.casefold), sorted(levels, key=str.casefold)
