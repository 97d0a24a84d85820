"""Saying which courses somebody is to have had before another one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web import NotFound
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.training.models import Course
from kash.workshops.models import EarlierCourse


def set_earlier_courses(course: str, needs: Sequence[str], by: Actor) -> None:
    """Say which courses (public ids) whoever is enrolled in one is to have had. Raises NotFound."""
    with audited("workshops.earlier_courses_set", by) as change:
        session = change.session
        found = one_or_404(
            session.scalars(
                select(Course).where(Course.public_id == course).with_for_update()
            ).first()
        )
        wanted = dict(
            session.execute(
                select(Course.id, Course.public_id).where(
                    Course.public_id.in_(needs), Course.id != found.id
                )
            ).all()
        )
        if len(wanted) < len(set(needs)):
            raise NotFound
        before = set(
            session.scalars(
                select(EarlierCourse.needs_id).where(EarlierCourse.course_id == found.id)
            )
        )
        if before == set(wanted):
            change.nothing()
            return
        session.execute(
            delete(EarlierCourse).where(
                EarlierCourse.course_id == found.id,
                EarlierCourse.needs_id.in_(before - set(wanted)),
            )
        )
        session.add_all(
            EarlierCourse(public_id=new_public_id(), course_id=found.id, needs_id=one)
            for one in sorted(set(wanted) - before)
        )
        change.about(found.public_id, *sorted(wanted.values()))
