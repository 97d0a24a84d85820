"""Courses, their versions, modules and session plans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class Course(PublicId, Base):
    """Something that is taught, whatever its present wording."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    audience: Mapped[str] = mapped_column(String(200), default="")
    level: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    versions: Mapped[list[CourseVersion]] = relationship(
        back_populates="course", order_by="CourseVersion.number.desc()"
    )


class CourseVersion(PublicId, Base):
    """One wording of a course in one language. Once published it never changes.

    `public_title` is neutral, and the only title on certificates, badges and messages.
    `row_version` grows with each change of the text, so that nobody overwrites what they have not
    read. `returned_because` is what a director said when sending a proposal back.
    """

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("state in ('draft', 'proposed', 'published')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    language: Mapped[str] = mapped_column(String(8))
    public_title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    row_version: Mapped[int] = mapped_column(default=1)
    returned_because: Mapped[str] = mapped_column(String(500), default="")
    proposed_by: Mapped[str | None] = mapped_column(String(16))
    published_by: Mapped[str | None] = mapped_column(String(16))
    # For whom whoever published it stood in, if she did.
    published_for: Mapped[str | None] = mapped_column(String(16))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    course: Mapped[Course] = relationship(back_populates="versions")
    modules: Mapped[list[Module]] = relationship(
        back_populates="version", order_by="Module.position", cascade="all, delete-orphan"
    )


class Module(PublicId, Base):
    """A part of a course version."""

    __tablename__ = "module"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(160))

    version: Mapped[CourseVersion] = relationship(back_populates="modules")
    plans: Mapped[list[SessionPlan]] = relationship(
        back_populates="module", order_by="SessionPlan.position", cascade="all, delete-orphan"
    )


class SessionPlan(PublicId, Base):
    """Plan of one session: what it is to do and how, in `minutes`. Objectives and materials: one a
    line."""

    __tablename__ = "session_plan"
    __table_args__ = (CheckConstraint("minutes between 5 and 600", name="minutes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(160))
    minutes: Mapped[int] = mapped_column(SmallInteger, default=60)
    objectives: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(Text, default="")
    materials: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")

    module: Mapped[Module] = relationship(back_populates="plans")
