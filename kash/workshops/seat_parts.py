"""Waiting lists that move with the clock: offers lapse, and whoever is next is asked. Seats in the
declaration of workshops: what a course asks for on its page, a line of settings, and what is done
by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select

from kash.platform.database import db, utc_now
from kash.platform.jobs import Chore
from kash.platform.vault import audited
from kash.platform.web.formats import to_local
from kash.platform.web.parts import PageSection, SampleId, SettingLine
from kash.policy import SYSTEM, Actor, Reach
from kash.training.models import Course
from kash.workshops.models import EarlierCourse, Enrolment, Workshop
from kash.workshops.queries.people import seat_rules
from kash.workshops.rules import EnrolmentState
from kash.workshops.seat_messages import SEAT_MESSAGES
from kash.workshops.services.answer_links import forget_answer_links
from kash.workshops.services.planning import held_workshop
from kash.workshops.services.seats import move_up

_log = structlog.get_logger("kash.workshops")


def tend_waiting_lists(now: datetime) -> int:
    """Let every waiting list move whose turn it is; returns how many did. A list that fails does
    not stop the others."""
    db.session.rollback()
    moved = 0
    for workshop in _lists(now):
        try:
            moved += _tend(workshop)
        except Exception:
            db.session.rollback()
            _log.error("waiting_list_not_moved", workshop=workshop, exc_info=True)
    return moved


def _lists(now: datetime) -> list[str]:
    """Workshops to come in which somebody waits who may be moved."""
    waits = exists().where(
        Enrolment.workshop_id == Workshop.id,
        Enrolment.state == str(EnrolmentState.WAITING),
        # Whoever was asked once, or has her offer, is not asked now.
        (Enrolment.offer_until <= now)
        | (
            Enrolment.offer_until.is_(None)
            & Enrolment.offer_lapsed_at.is_(None)
            & Enrolment.person.has(minor=False)
        ),
    )
    found = list(
        db.session.scalars(
            select(Workshop.public_id)
            .where(
                Workshop.state == "planned",
                Workshop.starts_on >= to_local(now).date(),
                waits,
            )
            .order_by(Workshop.id)
        )
    )
    db.session.rollback()
    return found


def _tend(workshop: str) -> bool:
    with audited("workshops.waiting_list_moved", SYSTEM) as change:
        held = held_workshop(change.session, workshop)
        moved = move_up(change.session, held, change.now)
        if not moved:
            change.nothing()
            return False
        change.about(held.public_id, *moved)
        return True


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
