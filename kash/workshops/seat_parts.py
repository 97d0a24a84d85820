"""Seats in the declaration of workshops: what a course asks for on its page, a line of settings,
and what is done by the clock."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from kash.platform.database import db, utc_now
from kash.platform.jobs import Chore
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine
from kash.policy import Actor, Reach
from kash.training.models import Course
from kash.workshops.models import EarlierCourse
from kash.workshops.queries.seats import seat_rules
from kash.workshops.seat_messages import SEAT_MESSAGES
from kash.workshops.services.answer_links import forget_answer_links
from kash.workshops.services.waiting_lists import tend_waiting_lists


@dataclass(frozen=True)
class EarlierOfCourse:
    """(public id, name) of the courses that one asks for, and whether the reader may change it."""

    rows: list[tuple[str, str]]
    may_edit: bool


def earlier_of_course(public_id: str, actor: Actor) -> EarlierOfCourse | None:
    """Courses that are to come before one, on its page; None for who sees taught courses only, and
    where there is nothing to see or change."""
    if actor.reach("curriculum.see") is not Reach.ALL:
        return None
    needed: type[Course] = Course
    course = select(Course.id).where(Course.public_id == public_id).scalar_subquery()
    rows = db.session.execute(
        select(needed.public_id, needed.name)
        .join(EarlierCourse, EarlierCourse.needs_id == needed.id)
        .where(EarlierCourse.course_id == course)
        .order_by(func.lower(needed.name), needed.id)
    )
    found = [(row[0], row[1]) for row in rows]
    may_edit = actor.may("curriculum.edit")
    return EarlierOfCourse(found, may_edit) if found or may_edit else None


def told(_count: int) -> str:
    """The rules that hold now, for the settings."""
    rules = seat_rules()
    return _(
        "Days before the start from which seats are offered: %(days)s. Hours: %(hours)s.",
        days=rules.days_before,
        hours=rules.offer_hours,
    )


SEATS = (
    *SEAT_MESSAGES,
    Chore("tend_waiting_lists", lambda: tend_waiting_lists(utc_now()), minutes=10),
    Chore("forget_answer_links", lambda: forget_answer_links(utc_now()), minutes=60),
    PageSection("course", "workshops/earlier_section.html", earlier_of_course),
    SettingLine("work", 25, "workshops.seats", _l("Seats and waiting lists"), "people", told),
    SampleId("/workshops/courses/<course_id>", lambda _: select(Course.public_id)),
)
