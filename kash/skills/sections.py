"""Skills on the pages of accounts and courses. A person's page tells nothing of them: it would
tell whose account is hers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from kash.accounts.models import Account
from kash.platform.database import db
from kash.policy import Actor
from kash.skills.models import TrainerSkill
from kash.skills.queries.evidence import is_trainer
from kash.skills.queries.skills import CourseTrainer, trainers_of
from kash.skills.rules import Level
from kash.training.models import Course


@dataclass(frozen=True)
class AccountSkills:
    """Present skills of an account, as rows of a course's public id and name, and the level."""

    trainer: str
    rows: Sequence[tuple[str, str, Level]]


def of_account(public_id: str, actor: Actor) -> AccountSkills | None:
    """Skills on the page of an account, its own among them; None for who may see no skills and of
    an account that never was a trainer's."""
    if not actor.may("skills.see"):
        return None
    ever = exists().where(TrainerSkill.account_id == Account.id)
    if not db.session.scalar(
        select(Account.id).where(Account.public_id == public_id, is_trainer() | ever)
    ):
        return None
    rows = db.session.execute(
        select(Course.public_id, Course.name, TrainerSkill.level)
        .join(TrainerSkill, TrainerSkill.course_id == Course.id)
        .join(Account, Account.id == TrainerSkill.account_id)
        .where(Account.public_id == public_id, TrainerSkill.ended_on.is_(None))
        .order_by(func.lower(Course.name), Course.id)
    )
    return AccountSkills(public_id, [(row[0], row[1], Level(row[2])) for row in rows])


def of_course(public_id: str, actor: Actor) -> Sequence[CourseTrainer] | None:
    """Trainers of a course, on its page."""
    return trainers_of(public_id) if actor.may("skills.see") else None
