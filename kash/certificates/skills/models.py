"""Skills of trainers, and when it was decided that one does not lead yet."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.training.models import Course


class TrainerSkill(PublicId, Base):
    """Skill of a trainer in a course since a day. Rows are ended, never removed.

    `workshops` are the public ids of those that were counted as taught when it was granted.
    `assessed_by` is an account, empty for somebody outside the programme. A skill is `ended_how`
    by somebody with a reason ("ended"), by another that took its place ("replaced"), or because
    the account is no trainer's any more ("left").
    """

    __tablename__ = "trainer_skill"
    __table_args__ = (
        CheckConstraint("level in ('lead', 'co_teach', 'observe')", name="level"),
        CheckConstraint("evidence in ('taught', 'assessed', 'certificate')", name="evidence"),
        CheckConstraint("ended_how in ('', 'ended', 'replaced', 'left')", name="ended_how"),
        CheckConstraint("(ended_on is null) = (ended_how = '')", name="end"),
        Index(
            "uq_trainer_skill_present",
            "account_id",
            "course_id",
            unique=True,
            **only_where("ended_on is null"),
        ),
        Index("ix_trainer_skill_course_id_account_id", "course_id", "account_id"),
        Index("ix_trainer_skill_account_id", "account_id"),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    level: Mapped[str] = mapped_column(String(8))
    since: Mapped[date]
    evidence: Mapped[str] = mapped_column(String(12))
    workshops: Mapped[list[str]] = mapped_column(default=list)
    assessed_by: Mapped[Short] = mapped_column(default="")
    assessed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    granted_by: Mapped[Short]
    granted_at: Mapped[Now]
    ended_on: Mapped[date | None]
    ended_how: Mapped[str] = mapped_column(String(8), default="")
    ended_by: Mapped[Short] = mapped_column(default="")
    ended_because: Mapped[str] = mapped_column(String(300), default="")

    account: Mapped[Account] = relationship()
    course: Mapped[Course] = relationship()


class SkillDeferral(Base):
    """The day on which it was decided that a trainer does not lead a course yet, and why."""

    __tablename__ = "skill_deferral"
    __table_args__ = (Index("ix_skill_deferral_account_id_course_id", "account_id", "course_id"),)

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    deferred_on: Mapped[date]
    because: Mapped[str] = mapped_column(String(300))
    deferred_by: Mapped[Short]

    course: Mapped[Course] = relationship()
