"""Questions of a course, tests of a workshop, and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.attendance.models import BigKey
from kash.people.models import Person
from kash.platform.database import Base, Key, Now, PublicId, Short, new_public_id, only_where
from kash.training.models import Course
from kash.workshops.models import Workshop


class Question(PublicId, Base):
    """A question of a course, whatever its present wording.

    `lineage` stays the same wherever the course travels. `objective` is the lineage of the
    objective that it asks about, empty if it is about none.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("course_id", "lineage"),
        CheckConstraint(
            "kind in ('single', 'multiple', 'true_false', 'scale', 'short_text')", name="kind"
        ),
    )

    id: Mapped[Key]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lineage: Mapped[Short] = mapped_column(default=new_public_id)
    objective: Mapped[Short] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(String(12))
    retired_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Now]

    course: Mapped[Course] = relationship()
    revisions: Mapped[list[QuestionRevision]] = relationship(
        back_populates="question", order_by="QuestionRevision.number.desc()"
    )


class QuestionRevision(PublicId, Base):
    """One wording of a question. Once somebody answered it, or a test holds it, it never changes.

    `texts` are {language: text}. `options` are [{"key", "right", "texts"}] in the order in which
    they are shown; a key stays the same in all revisions. `made_from` is {language: digest of the
    first language's texts that the translation was made from}.
    """

    __tablename__ = "question_revision"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    language: Mapped[str] = mapped_column(String(8))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_from: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    created_by: Mapped[Short]
    created_at: Mapped[Now]

    question: Mapped[Question] = relationship(back_populates="revisions")


class WorkshopTest(PublicId, Base):
    """A test of a workshop: one before it, one after it, one months later.

    Phones may answer from `opens_at` until `closes_at`. `hall_code` is what leads them to it; it is
    made when the test opens, and belongs to one test only.
    """

    __tablename__ = "workshop_test"
    __table_args__ = (
        UniqueConstraint("workshop_id", "moment"),
        CheckConstraint("moment in ('before', 'after', 'follow_up')", name="moment"),
        CheckConstraint("(opens_at is null) = (closes_at is null)", name="times"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    moment: Mapped[str] = mapped_column(String(12))
    hall_code: Mapped[str | None] = mapped_column(String(6), unique=True)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    created_by: Mapped[Short]
    created_at: Mapped[Now]

    workshop: Mapped[Workshop] = relationship()
    questions: Mapped[list[AskedQuestion]] = relationship(
        back_populates="test", order_by="AskedQuestion.position", cascade="all, delete-orphan"
    )


class AskedQuestion(PublicId, Base):
    """A revision that a test asks, at its place from 1."""

    __tablename__ = "asked_question"
    __table_args__ = (UniqueConstraint("test_id", "revision_id"),)

    id: Mapped[Key]
    test_id: Mapped[int] = mapped_column(ForeignKey("workshop_test.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("question_revision.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)

    test: Mapped[WorkshopTest] = relationship(back_populates="questions")
    revision: Mapped[QuestionRevision] = relationship()


class GivenAnswer(PublicId, Base):
    """One person's answer to one question of a test, as it arrived. All are kept; of those to one
    question the one that was given last `stands`.

    `op_id` is chosen by whatever sent it, so that sending it twice keeps it once. `given_at` is
    when she gave it, put right by the phone's own clock. `late` came after closing and counts not.
    `text_sealed` is what she wrote in her own words. `entered_by` is who typed it in, empty if she
    answered herself.
    """

    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint("source in ('phone', 'paper', 'photo', 'read_aloud')", name="source"),
        CheckConstraint("not (stands and late)", name="stands"),
        Index("uq_answer_stands", "asked_id", "person_id", unique=True, **only_where("stands")),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    asked_id: Mapped[int] = mapped_column(ForeignKey("asked_question.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    chosen: Mapped[str] = mapped_column(String(40), default="")
    text_sealed: Mapped[bytes | None]
    source: Mapped[str] = mapped_column(String(12))
    device: Mapped[str] = mapped_column(String(36), default="")
    entered_by: Mapped[Short] = mapped_column(default="")
    given_at: Mapped[datetime]
    received_at: Mapped[datetime]
    stands: Mapped[bool] = mapped_column(default=True)
    late: Mapped[bool] = mapped_column(default=False)

    asked: Mapped[AskedQuestion] = relationship()
    person: Mapped[Person] = relationship()


class ListedScore(Base):
    """A person's score of a whole test that was marked elsewhere, in tenths of a per cent. It
    counts for people who have no answers in that test."""

    __tablename__ = "listed_score"
    __table_args__ = (
        UniqueConstraint("test_id", "person_id"),
        CheckConstraint("tenths between 0 and 1000", name="tenths"),
    )

    id: Mapped[Key]
    test_id: Mapped[int] = mapped_column(ForeignKey("workshop_test.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    tenths: Mapped[int] = mapped_column(SmallInteger)
    entered_by: Mapped[Short]
    entered_at: Mapped[datetime]


class HandCount(Base):
    """How many hands went up for one choice when the trainer read the question aloud."""

    __tablename__ = "hand_count"
    __table_args__ = (
        UniqueConstraint("asked_id", "choice"),
        CheckConstraint("hands between 0 and 500", name="hands"),
    )

    id: Mapped[Key]
    asked_id: Mapped[int] = mapped_column(ForeignKey("asked_question.id"))
    choice: Mapped[str] = mapped_column(String(2))
    hands: Mapped[int] = mapped_column(SmallInteger)


class PracticeAnswer(PublicId, Base):
    """An answer about one person's practice, months after a workshop: how often she did what an
    objective names (its lineage) or, where there is none, what changed in somebody's own words.

    `told_by` is who told it. Of two that one kind of teller gave, the one given last is kept; which
    of two given at once, `op_id` decides. `entered_by` is who typed it in, empty if it came from
    her phone.
    """

    __tablename__ = "practice_answer"
    __table_args__ = (
        UniqueConstraint("workshop_id", "person_id", "told_by", "objective"),
        CheckConstraint("told_by in ('herself', 'peer', 'mentor')", name="told_by"),
        CheckConstraint("often in ('', 'n', '1', 's', 'x')", name="often"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    told_by: Mapped[str] = mapped_column(String(8))
    objective: Mapped[Short] = mapped_column(default="")
    often: Mapped[str] = mapped_column(String(1), default="")
    text_sealed: Mapped[bytes | None]
    op_id: Mapped[str] = mapped_column(String(36))
    entered_by: Mapped[Short] = mapped_column(default="")
    given_at: Mapped[datetime]
