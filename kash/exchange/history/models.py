"""Trainings that people had before this programme's records, as another system tells of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models import Person
from kash.platform.database import Base, Key, Now, PublicId, Short


class EarlierImport(PublicId, Base):
    """A file that was brought in, which goes again as one."""

    __tablename__ = "earlier_import"

    id: Mapped[Key]
    brought_by: Mapped[Short] = mapped_column(index=True)
    brought_at: Mapped[Now]


class EarlierTraining(Base):
    """A training of one person. `source_key` is made of the training and of what the person was in
    it, so that the same file changes nothing when it comes again."""

    __tablename__ = "earlier_training"
    __table_args__ = (
        UniqueConstraint("person_id", "source_key"),
        CheckConstraint("length_unit in ('', 'hour', 'day', 'week')", name="length_unit"),
    )

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("earlier_import.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    source_key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date]
    last_day: Mapped[date]
    length: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    length_unit: Mapped[str] = mapped_column(String(4), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    organiser: Mapped[str] = mapped_column(String(200), default="")
    as_trainer: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()
