"""Statements, and their figures as they were frozen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.figures.indicators.rules import Period
from kash.figures.statements.rules import BY_CODE, Name, Place, StatementLine
from kash.platform.approvals.approval import Proposal
from kash.platform.database import Base, Key, PublicId, Short
from kash.workshops.models import Funder


class Statement(Proposal, PublicId, Base):
    """Figures of a quarter or a year for one funder: frozen, proposed, approved and sent.

    `proposed_by` is who froze it. `digest` fixes what is proposed; `document` is what was sent, to
    the last letter, with `head_code` of the audit trail at that moment. `sent_number` counts all
    that has left, and `ranges` is what could be worked out from all of it then: for each period
    [name, least, most]. With `police_only` it says nothing of anybody else.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("funder_id", "period"),
        UniqueConstraint("sent_number"),
        CheckConstraint(
            "state in ('draft', 'proposed', 'approved', 'returned', 'sent')", name="state"
        ),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("(state = 'sent') = (sent_number is not null)", name="sent"),
        Index("ix_statement_first_day", "first_day", "id"),
    )

    id: Mapped[Key]
    funder_id: Mapped[int] = mapped_column(ForeignKey("funder.id"))
    period: Mapped[str] = mapped_column(String(22))
    first_day: Mapped[date]
    last_day: Mapped[date]
    police_only: Mapped[bool] = mapped_column(default=False)
    frozen_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[str | None] = mapped_column(Text)
    head_code: Mapped[str] = mapped_column(String(24), default="")
    sent_number: Mapped[int | None]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[Short | None]
    ranges: Mapped[dict[str, Any] | None]

    funder: Mapped[Funder] = relationship()
    figures: Mapped[list[FrozenFigure]] = relationship(
        back_populates="statement", cascade="all, delete-orphan", order_by="FrozenFigure.position"
    )

    @property
    def of_days(self) -> Period:
        """The days that it is about."""
        return Period(self.first_day, self.last_day)

    @property
    def accounts(self) -> list[str | None]:
        """The accounts whose names its page tells."""
        return [*super().accounts, self.sent_by]


class FrozenFigure(PublicId, Base):
    """A figure as it is told, or starred, with the definition that held. `value` is None where it
    is starred, and where there is no data. How many there truly were and who they are (public ids
    of people) is sealed; `inputs` is a keyed digest of them."""

    __tablename__ = "frozen_figure"
    __table_args__ = (
        UniqueConstraint("statement_id", "position"),
        CheckConstraint("value is null or not starred", name="starred"),
    )

    id: Mapped[Key]
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    line: Mapped[str] = mapped_column(String(60))
    place: Mapped[list[list[str]]] = mapped_column(JSON)
    label: Mapped[str] = mapped_column(String(120), default="")
    value: Mapped[int | None] = mapped_column()
    starred: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(120))
    definition: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(SmallInteger)
    inputs: Mapped[str] = mapped_column(String(64))
    people_sealed: Mapped[bytes]

    statement: Mapped[Statement] = relationship(back_populates="figures")

    @property
    def of_line(self) -> StatementLine:
        """The line that it stands in."""
        return BY_CODE[self.line]

    @property
    def in_place(self) -> Place:
        """The place that it counts, as a name holds it."""
        return tuple((dimension, value) for dimension, value in self.place)

    def name(self, funder: str) -> Name:
        """Its name in what was told of its period; `funder` is the public id of its statement's."""
        return self.of_line.name(funder, self.in_place)
