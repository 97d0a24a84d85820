"""Record of a trainer in a course: workshops taught, certificates, and what follows of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountRole
from kash.attendance.models import Slot
from kash.certificates.models import Certificate, CertificateBatch
from kash.platform.database import db
from kash.platform.web.counted import counted
from kash.policy import Role
from kash.skills.models import SkillDeferral, TrainerSkill
from kash.skills.rules import ENOUGH, Level
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Facilitator, Workshop


@dataclass(frozen=True)
class TaughtWorkshop:
    """A workshop of a course that a trainer taught."""

    course: str
    public_id: str
    title: str
    ends_on: date
    led: bool


def taught(today: date) -> ColumnElement[bool]:
    """A facilitator's part in a workshop counts as taught once it is over, if she stood on the
    team when a second person confirmed one of its registers: nobody makes a proof for herself by
    adding herself to what others taught."""
    return and_(
        Workshop.state == "planned",
        Workshop.ends_on <= today,
        exists().where(
            Slot.register_id == Workshop.register_id,
            Slot.confirmed_at.is_not(None),
            Slot.confirmed_at >= Facilitator.added_at,
        ),
    )


def is_trainer() -> ColumnElement[bool]:
    """True for accounts in use that hold the role of a trainer."""
    return and_(
        Account.active.is_(True),
        exists().where(AccountRole.account_id == Account.id, AccountRole.role == str(Role.TRAINER)),
    )


def _taught(today: date, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Facilitator)
        .join(Workshop, Workshop.id == Facilitator.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(taught(today))
    )


def taught_by(
    account_id: int, today: date, *, course_id: int | None = None, session: Session | None = None
) -> list[TaughtWorkshop]:
    """The workshops that a trainer taught, in one course or in any, latest first; one query."""
    statement = (
        _taught(
            today,
            Course.public_id,
            Workshop.public_id,
            Workshop.title,
            Workshop.ends_on,
            Facilitator.lead,
        )
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Facilitator.account_id == account_id)
        .order_by(Workshop.ends_on.desc(), Workshop.id.desc())
    )
    if course_id is not None:
        statement = statement.where(CourseVersion.course_id == course_id)
    return [TaughtWorkshop(*row) for row in (session or db.session()).execute(statement)]


def certified_in(
    person_id: int | None, today: date, session: Session | None = None
) -> dict[str, date]:
    """{course: day of issue} of the courses (public ids) of which a person holds a certificate that
    is valid; no query for an account that is nobody's.

    A renewal is of the course of what it renews, whichever workshop was the refresher.
    """
    if person_id is None:
        return {}
    rows = (session or db.session()).execute(
        select(
            Certificate.id,
            Certificate.renews_id,
            Course.public_id,
            Certificate.issued_on,
            Certificate.revoked_at.is_(None)
            & (Certificate.expires_on.is_(None) | (Certificate.expires_on >= today)),
        )
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            Certificate.person_id == person_id,
            Certificate.serial.is_not(None),
            Certificate.issued_on.is_not(None),
        )
        .order_by(Certificate.id)
    )
    courses: dict[int, str] = {}
    found: dict[str, date] = {}
    for key, renews, course, day, holds in rows:
        courses[key] = of = courses.get(renews or 0, course)
        if holds and day is not None:
            found[of] = max(day, found.get(of, day))
    return found


@dataclass(frozen=True)
class Suggestion:
    """A trainer of whom it may be asked whether she leads a course, and how many of its workshops
    she taught since somebody last looked."""

    trainer: str
    name: str
    course: str
    course_name: str
    taught: int


def suggestions(
    today: date,
    *,
    account_id: int | None = None,
    course_id: int | None = None,
    excluding: int | None = None,
    limit: int = 50,
) -> Sequence[Suggestion]:
    """Trainers who taught a course ENOUGH times and may not lead it; three queries at most.

    Workshops count that ended after her present skill began, after the last one was ended, and
    after it was last decided that she does not lead yet. `excluding` is an account. Of all trainers
    all that was ever taught is looked at, so how much that is is kept while nothing is written.
    """
    if account_id is None:
        of_all = counted(("taught enough", today), lambda: _taught_enough(today))
    else:
        of_all = _taught_enough(today, account_id)
    taught_enough = {
        (trainer, course): number
        for (trainer, course), number in of_all.items()
        if course_id in (None, course) and trainer != excluding
    }
    trainers = _in_order(Account, {trainer for trainer, _course in taught_enough})
    courses = _in_order(Course, {course for _trainer, course in taught_enough})
    found = [
        Suggestion(*trainers[trainer], *courses[course], taught_enough[trainer, course])
        for course in courses
        for trainer in trainers
        if (trainer, course) in taught_enough
    ]
    return found[:limit]


def _in_order(of: type[Account] | type[Course], ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """{id: (public id, name)} of accounts or courses in the order of their names."""
    if not ids:
        return {}
    rows = select(of.id, of.public_id, of.name).where(of.id.in_(ids)).order_by(of.name, of.id)
    return {key: (public_id, name) for key, public_id, name in db.session.execute(rows)}


def _taught_enough(today: date, account_id: int | None = None) -> dict[tuple[int, int], int]:
    """{(account, course): workshops} of those of whom it may be asked whether they lead."""
    of_her = and_(
        TrainerSkill.account_id == Facilitator.account_id,
        TrainerSkill.course_id == CourseVersion.course_id,
    )
    statement = (
        _taught(today, Facilitator.account_id, CourseVersion.course_id, func.count())
        .join(Account, Account.id == Facilitator.account_id)
        .where(
            is_trainer(),
            ~exists().where(
                of_her, TrainerSkill.ended_on.is_(None), TrainerSkill.level == str(Level.LEAD)
            ),
            ~exists().where(
                of_her,
                func.coalesce(TrainerSkill.ended_on, TrainerSkill.since) >= Workshop.ends_on,
            ),
            ~exists().where(
                SkillDeferral.account_id == Facilitator.account_id,
                SkillDeferral.course_id == CourseVersion.course_id,
                SkillDeferral.deferred_on >= Workshop.ends_on,
            ),
        )
        .group_by(Facilitator.account_id, CourseVersion.course_id)
        .having(func.count() >= ENOUGH)
    )
    if account_id is not None:
        statement = statement.where(Facilitator.account_id == account_id)
    return {(one, course): number for one, course, number in db.session.execute(statement)}
