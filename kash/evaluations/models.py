"""Forms, their questions, the box in which sealed answers lie, and what was counted in the end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, PublicId, UtcDateTime, only_where, utc_now
from kash.workshops.models import Workshop

# What a comment is sealed as.
COMMENT = "evaluations.comment"


class EvaluationForm(PublicId, Base):
    """One form of a workshop: of a `day`, or of the whole workshop if there is none.

    `answered`, `on_paper` and `left_out` are set at closing: answers that were sent at all, entered
    from paper, and not counted because too few came that way. `lost` says that the key was gone.
    """

    __tablename__ = "evaluation_form"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'open', 'closed')", name="state"),
        Index("ix_evaluation_form_open", "closes_at", **only_where("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    day: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8), default="draft")
    asks_group: Mapped[bool] = mapped_column(default=False)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered: Mapped[int] = mapped_column(SmallInteger, default=0)
    on_paper: Mapped[int] = mapped_column(SmallInteger, default=0)
    left_out: Mapped[int] = mapped_column(SmallInteger, default=0)
    lost: Mapped[bool] = mapped_column(default=False)
    row_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    workshop: Mapped[Workshop] = relationship()
    questions: Mapped[list[EvaluationQuestion]] = relationship(
        back_populates="form",
        order_by="EvaluationQuestion.position",
        cascade="all, delete-orphan",
    )


class EvaluationQuestion(PublicId, Base):
    """A question. `texts` maps a language to its words, and `options`, of a choice, are such maps
    in their order; a scale has steps of its own, a comment none."""

    __tablename__ = "evaluation_question"
    __table_args__ = (CheckConstraint("kind in ('scale', 'choice', 'comment')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("evaluation_form.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    form: Mapped[EvaluationForm] = relationship(back_populates="questions")


class EvaluationBox(Base):
    """The answers to an open form: one row of one size, written anew as a whole with each of them.

    `body` holds `slots` pieces of `piece` bytes. The first `taken` are sealed answers, shuffled
    each time; the others are random. `seen` are salted hashes of what phones made up so that
    nothing is sent twice, sorted. The row is gone once the form is closed.
    """

    __tablename__ = "evaluation_box"

    form_id: Mapped[int] = mapped_column(
        ForeignKey("evaluation_form.id"), primary_key=True, autoincrement=False
    )
    slots: Mapped[int] = mapped_column(SmallInteger)
    piece: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(SmallInteger, default=0)
    on_paper: Mapped[int] = mapped_column(SmallInteger, default=0)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    seen: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    body: Mapped[bytes] = mapped_column(LargeBinary)


class EvaluationCount(Base):
    """How often one answer was given to one question. `part` is the letter of a group, "rest" for
    whoever named none, and "" where nothing is told apart."""

    __tablename__ = "evaluation_count"
    __table_args__ = (UniqueConstraint("question_id", "part", "option"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("evaluation_question.id"))
    part: Mapped[str] = mapped_column(String(4), default="")
    option: Mapped[str] = mapped_column(String(2))
    count: Mapped[int] = mapped_column(SmallInteger)


class EvaluationComment(PublicId, Base):
    """One comment, sealed under the server's keys; written in no order, with all others at once."""

    __tablename__ = "evaluation_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("evaluation_question.id"), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
