"""Skills by trainer and by course, and all of them as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from kash.accounts.models import Account
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.skills.models import SkillDeferral, TrainerSkill
from kash.skills.queries.evidence import is_trainer
from kash.skills.rules import Level
from kash.training.models import Course, CourseVersion

# Beyond so many courses a table says that it shows the first ones only.
MOST_COURSES = 200


def trainer(public_id: str) -> Account:
    """A trainer, or somebody of whom skills are on record. Raises NotFound."""
    known = exists().where(TrainerSkill.account_id == Account.id)
    return one_or_404(
        db.session.scalar(
            select(Account).where(Account.public_id == public_id, is_trainer() | known)
        )
    )


def is_still_trainer(account: Account) -> bool:
    """True if skills can be granted to an account."""
    found = db.session.scalar(select(Account.id).where(Account.id == account.id, is_trainer()))
    return found is not None


def skills_of(account: Account) -> list[TrainerSkill]:
    """All skills of a trainer with their courses: present ones first, then the latest ended."""
    return list(
        db.session.scalars(
            select(TrainerSkill)
            .join(TrainerSkill.course)
            .options(joinedload(TrainerSkill.course))
            .where(TrainerSkill.account_id == account.id)
            .order_by(
                TrainerSkill.ended_on.is_not(None),
                TrainerSkill.ended_on.desc(),
                func.lower(Course.name),
                TrainerSkill.id.desc(),
            )
        )
    )


def deferrals_of(account: Account) -> list[SkillDeferral]:
    """Times at which it was decided that a trainer does not lead a course yet, latest first."""
    return list(
        db.session.scalars(
            select(SkillDeferral)
            .options(joinedload(SkillDeferral.course))
            .where(SkillDeferral.account_id == account.id)
            .order_by(SkillDeferral.deferred_on.desc(), SkillDeferral.id.desc())
        )
    )


def skill(account: Account, public_id: str) -> TrainerSkill:
    """A skill, fetched through its trainer. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(TrainerSkill)
            .options(joinedload(TrainerSkill.course))
            .where(TrainerSkill.account_id == account.id, TrainerSkill.public_id == public_id)
        )
    )


@dataclass(frozen=True)
class CourseTrainer:
    """A trainer with her skill in a course."""

    public_id: str
    name: str
    level: Level
    since: date


def trainers_of(course: str) -> list[CourseTrainer]:
    """Trainers in use who have a skill in a course (public id), those who may lead first; one
    query."""
    rows = db.session.execute(
        select(Account.public_id, Account.name, TrainerSkill.level, TrainerSkill.since)
        .join(TrainerSkill, TrainerSkill.account_id == Account.id)
        .join(Course, Course.id == TrainerSkill.course_id)
        .where(Course.public_id == course, TrainerSkill.ended_on.is_(None), is_trainer())
        .order_by(func.lower(Account.name), Account.id)
    )
    order = list(Level)
    found = [CourseTrainer(row[0], row[1], Level(row[2]), row[3]) for row in rows]
    return sorted(found, key=lambda one: order.index(one.level))


def levels_in(course_id: int) -> dict[str, Level]:
    """Levels of all trainers in use with a skill in a course, by the accounts' public ids."""
    rows = db.session.execute(
        select(Account.public_id, TrainerSkill.level)
        .join(TrainerSkill, TrainerSkill.account_id == Account.id)
        .where(TrainerSkill.course_id == course_id, TrainerSkill.ended_on.is_(None), is_trainer())
    )
    return {row[0]: Level(row[1]) for row in rows}


@dataclass(frozen=True)
class MatrixFilter:
    """Filter of the table: a course (public id), and a level, or "none" for who has no skill."""

    course: str = ""
    level: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """A trainer with her levels, by courses' public ids."""

    trainer: str
    name: str
    levels: Mapping[str, Level]


@dataclass(frozen=True)
class Matrix:
    """Trainers by name, and the courses that stand in the columns as (public id, name)."""

    rows: Sequence[MatrixRow]
    courses: Sequence[tuple[str, str]]


def matrix(wanted: MatrixFilter, account: str = "") -> Matrix:
    """The table of trainers and courses that are published, or in which somebody has a skill; two
    queries. `account` leaves but one trainer."""
    used = exists().where(TrainerSkill.course_id == Course.id, TrainerSkill.ended_on.is_(None))
    published = exists().where(
        CourseVersion.course_id == Course.id, CourseVersion.state == "published"
    )
    statement = select(Course.public_id, Course.name).where(used | published)
    if wanted.course:
        statement = statement.where(Course.public_id == wanted.course)
    courses = db.session.execute(
        statement.order_by(func.lower(Course.name), Course.id).limit(MOST_COURSES)
    ).all()
    found = db.session.execute(
        select(Account.public_id, Account.name, Course.public_id, TrainerSkill.level)
        .outerjoin(
            TrainerSkill,
            (TrainerSkill.account_id == Account.id) & TrainerSkill.ended_on.is_(None),
        )
        .outerjoin(Course, Course.id == TrainerSkill.course_id)
        .where(is_trainer(), *([Account.public_id == account] if account else []))
        .order_by(func.lower(Account.name), Account.id)
    )
    names: dict[str, str] = {}
    levels: dict[str, dict[str, Level]] = {}
    for public_id, name, course, level in found:
        names[public_id] = name
        held = levels.setdefault(public_id, {})
        if level is not None:
            held[course] = Level(level)
    shown = {row[0] for row in courses}
    rows = [
        MatrixRow(public_id, name, levels[public_id])
        for public_id, name in names.items()
        if _fits([level for course, level in levels[public_id].items() if course in shown], wanted)
    ]
    return Matrix(rows, [(row[0], row[1]) for row in courses])


def _fits(levels: Sequence[Level], wanted: MatrixFilter) -> bool:
    if not wanted.level:
        return True
    return not levels if wanted.level == "none" else wanted.level in levels
