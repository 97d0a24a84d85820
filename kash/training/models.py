"""Courses, their versions, and the rows of these. What each kind of row holds is declared in
`kash/training/rules/courses.py`; every `Field` there has its column here. Approval of courses: a
version is published by a second person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.approvals.approval import Approval
from kash.platform.database import Base, Key, Now, PublicId, Short, new_public_id

# Lineage of the course and of the version that short talks are of: out of reach, never published.
TALK = "talk"


class Lineage:
    """Gives a row of a version the key that it has in every copy, translation and later version.

    `made_from` are the fingerprints of the texts from which translated fields were made.
    """

    lineage: Mapped[Short] = mapped_column(default=new_public_id)
    made_from: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Course(PublicId, Base):
    """Something that is taught, whatever its present wording.

    `lineage` is the key that it has in every Kash to which it travels.
    """

    __tablename__ = "course"

    id: Mapped[Key]
    lineage: Mapped[Short] = mapped_column(unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    audience: Mapped[str] = mapped_column(String(200), default="")
    level: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[Now]

    versions: Mapped[list[CourseVersion]] = relationship(
        back_populates="course", order_by="CourseVersion.number.desc()"
    )


class CourseVersion(PublicId, Base):
    """One wording of a course in one language. Once published it never changes.

    A translation is of the version `translates_id`; its rows have the lineages of that one's.
    `lineage` is the key that the version has in every Kash to which it travels.

    `public_title` is neutral, and the only title on certificates, badges and messages.
    `row_version` grows with each change of the outline, so that nobody overwrites what they have
    not read. `returned_because` is what a director said when sending a proposal back.
    """

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        UniqueConstraint("course_id", "lineage"),
        CheckConstraint("state in ('draft', 'proposed', 'published')", name="state"),
    )

    id: Mapped[Key] = mapped_column()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    lineage: Mapped[Short] = mapped_column(default=new_public_id)
    language: Mapped[str] = mapped_column(String(8))
    translates_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"), index=True)
    made_from: Mapped[dict[str, Any]] = mapped_column(default=dict)
    public_title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    prerequisites: Mapped[str] = mapped_column(String(200), default="")
    days: Mapped[int | None] = mapped_column(SmallInteger)
    group_least: Mapped[int | None] = mapped_column(SmallInteger)
    group_most: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    row_version: Mapped[int] = mapped_column(default=1)
    returned_because: Mapped[str] = mapped_column(String(500), default="")
    proposed_by: Mapped[Short | None]
    published_by: Mapped[Short | None]
    # The person that its publisher stood in for, if she did.
    published_for: Mapped[Short | None]
    published_at: Mapped[datetime | None]
    created_at: Mapped[Now]

    course: Mapped[Course] = relationship(back_populates="versions")
    translates: Mapped[CourseVersion | None] = relationship(remote_side=[id])
    modules: Mapped[list[Module]] = relationship(
        back_populates="version", order_by="Module.position", cascade="all, delete-orphan"
    )

    @property
    def plans(self) -> list[SessionPlan]:
        """Its sessions, in their order."""
        return [plan for module in self.modules for plan in module.plans]


class Module(PublicId, Lineage, Base):
    """A part of a course version."""

    __tablename__ = "module"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(160))

    version: Mapped[CourseVersion] = relationship(back_populates="modules")
    plans: Mapped[list[SessionPlan]] = relationship(
        back_populates="module", order_by="SessionPlan.position", cascade="all, delete-orphan"
    )


class SessionPlan(PublicId, Lineage, Base):
    """Plan of one session: what it is to do and how, in `minutes`.

    `row_version` grows with each change of it and of its rows.
    """

    __tablename__ = "session_plan"
    __table_args__ = (
        CheckConstraint("minutes between 5 and 600", name="minutes"),
        # By it the last times that it was taught are found, in whatever version.
        Index("ix_session_plan_lineage", "lineage"),
    )

    id: Mapped[Key]
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    row_version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(160))
    minutes: Mapped[int] = mapped_column(SmallInteger, default=60)
    why: Mapped[str] = mapped_column(String(300), default="")
    group_size: Mapped[str] = mapped_column(String(200), default="")
    leads: Mapped[str] = mapped_column(String(12), default="")
    room: Mapped[str] = mapped_column(String(300), default="")
    preparation: Mapped[str] = mapped_column(Text, default="")
    distress_with: Mapped[str] = mapped_column(String(300), default="")
    distress_service: Mapped[str] = mapped_column(String(160), default="")
    no_electricity: Mapped[str] = mapped_column(Text, default="")
    low_literacy: Mapped[str] = mapped_column(Text, default="")
    with_15: Mapped[str] = mapped_column(Text, default="")
    with_60: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")

    module: Mapped[Module] = relationship(back_populates="plans")
    rows: Mapped[list[PlanRow]] = relationship(
        back_populates="plan", order_by="PlanRow.position, PlanRow.id", cascade="all, delete-orphan"
    )

    def of(self, kind: str) -> list[PlanRow]:
        """Its rows of a kind, in their order."""
        return [below for below in self.rows if below.kind == kind]


class PlanRow(PublicId, Lineage, Base):
    """A row of a session plan: an objective, a step, a key message, a hard moment, a legal point or
    a material.

    Of the columns each kind uses those of its fields. `position` counts within a kind.
    """

    __tablename__ = "plan_row"
    __table_args__ = (
        CheckConstraint(
            "kind in ('objective', 'step', 'key_message', 'hard_moment', 'legal_point', "
            "'material')",
            name="kind",
        ),
    )

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("session_plan.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    position: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(Text, default="")
    # How an objective is seen, and how many of a material.
    seen: Mapped[str] = mapped_column(String(300), default="")
    amount: Mapped[str] = mapped_column(String(80), default="")
    # Of a material: its readers, and the key of its file.
    used: Mapped[str] = mapped_column(String(8), default="")
    file: Mapped[Short] = mapped_column(default="", index=True)
    # Of a step.
    minutes: Mapped[int | None] = mapped_column(SmallInteger)
    rank: Mapped[str] = mapped_column(String(8), default="")
    method: Mapped[str] = mapped_column(String(12), default="")
    to_do: Mapped[str] = mapped_column(Text, default="")
    to_say: Mapped[str] = mapped_column(Text, default="")
    # Of a hard moment.
    said: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    stop: Mapped[str] = mapped_column(Text, default="")
    # Of a legal point.
    source: Mapped[str] = mapped_column(String(300), default="")
    checked_on: Mapped[date | None]

    plan: Mapped[SessionPlan] = relationship(back_populates="rows")


class MaterialFile(PublicId, Base):
    """A file of materials, by its key: the same in every copy, version and translation that has
    it, and in every Kash to which the course travels. Its bytes lie in the file store, once.

    `kind` is a code of `kash/platform/cleaning`, `size` counts bytes and `sha256` is of
    the cleaned copy, which is all that is kept.
    """

    __tablename__ = "material_file"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[Now]


_ANOTHER = _l("You proposed this version, or stand in for who did: another must decide.")

APPROVAL = Approval(
    "courses",
    CourseVersion,
    proposes="curriculum.edit",
    approves="curriculum.approve",
    label=_l("Courses: publish or send back"),
    waiting=_l("Courses proposed, not published"),
    own=_ANOTHER,
    stands_in=_ANOTHER,
)
