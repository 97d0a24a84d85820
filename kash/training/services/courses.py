"""Courses themselves."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.platform.vault import audited
from kash.platform.web import Problem
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.training.models import Course, CourseVersion


class CourseTaken(Problem):
    """Another course has this name."""

    field = "name"
    sentence = _l("Another course has this name.")


def refuse_taken(session: Session, name: str, excluding: int | None = None) -> None:
    """Raise CourseTaken if another course has this name."""
    statement = select(Course.id).where(func.lower(Course.name) == func.lower(name))
    if excluding is not None:
        statement = statement.where(Course.id != excluding)
    if session.scalar(statement.limit(1)) is not None:
        raise CourseTaken


def add_course(
    name: str, audience: str, level: str, *, public_title: str, language: str, by: Actor
) -> tuple[str, str]:
    """Add a course with an empty first draft; returns the public ids of both.

    Raises CourseTaken.
    """
    with audited("training.course_added", by) as change:
        session = change.session
        refuse_taken(session, name)
        course = Course(name=name, audience=audience, level=level, created_at=change.now)
        draft = CourseVersion(
            course=course,
            number=1,
            language=language,
            public_title=public_title,
            created_at=change.now,
        )
        session.add_all([course, draft])
        session.flush()
        change.about(course.public_id, draft.public_id)
        return course.public_id, draft.public_id


def change_course(public_id: str, name: str, audience: str, level: str, by: Actor) -> None:
    """Change what a course is called within the programme. Raises NotFound and CourseTaken."""
    with audited("training.course_changed", by) as change:
        session = change.session
        course = one_or_404(
            session.scalar(select(Course).where(Course.public_id == public_id).with_for_update())
        )
        refuse_taken(session, name, excluding=course.id)
        course.name, course.audience, course.level = name, audience, level
        change.about(course.public_id)
