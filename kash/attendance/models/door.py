"""Other things from a door: people who walk in, heads counted, notes and signatures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kash.attendance.models.registers import BigKey
from kash.platform.database import Base, PublicId, UtcDateTime


class EntryAlias(Base):
    """A public id under which a roster entry was known before two people turned out to be one.

    Phones without a network, and sheets of paper, still name it.
    """

    __tablename__ = "entry_alias"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entry.id"), index=True)


class WalkIn(PublicId, Base):
    """Somebody whom a pad took in at the door, until a person has said who she is.

    `outcome` is "kept" (she is new) or "merged" (she was here already) once that is settled.
    """

    __tablename__ = "walk_in"
    __table_args__ = (
        CheckConstraint("outcome in ('', 'kept', 'merged')", name="outcome"),
        CheckConstraint("(settled_at is null) = (outcome = '')", name="settled"),
        Index("ix_walk_in_register_id_settled_at", "register_id", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    named: Mapped[bool] = mapped_column(default=True)
    taken_by: Mapped[str] = mapped_column(String(16))
    device: Mapped[str] = mapped_column(String(36), default="")
    device_sequence: Mapped[int] = mapped_column(Integer, default=0)
    device_time: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(8), default="")


class Headcount(Base):
    """How many of one group, sex and age band were in a slot, where nobody is named.

    `sex` and `age_band` are empty where they were not told apart.
    """

    __tablename__ = "headcount"
    __table_args__ = (
        UniqueConstraint("slot_id", "group_id", "sex", "age_band"),
        CheckConstraint("count > 0", name="count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    sex: Mapped[str] = mapped_column(String(8), default="")
    age_band: Mapped[str] = mapped_column(String(8), default="")
    count: Mapped[int] = mapped_column(SmallInteger)


class HeadcountOperation(Base):
    """The history of a slot's headcount: each count of the whole room as it arrived.

    `counts` are rows of letter, sex, age band and number. `version` is the count's after it.
    `correction` is the reason for changing a locked register.
    """

    __tablename__ = "headcount_operation"
    __table_args__ = (
        CheckConstraint("answer in ('applied', 'conflict')", name="answer"),
        Index("ix_headcount_operation_slot_id_id", "slot_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    counts: Mapped[list[list[Any]]] = mapped_column(JSON)
    expected_version: Mapped[int] = mapped_column(Integer)
    device: Mapped[str] = mapped_column(String(36), default="")
    device_sequence: Mapped[int] = mapped_column(Integer, default=0)
    device_time: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counted_by: Mapped[str] = mapped_column(String(16))
    answer: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer)
    correction: Mapped[str] = mapped_column(String(300), default="")


class RegisterNote(PublicId, Base):
    """Note that somebody wrote down at the door. Sealed, since it may hold a name."""

    __tablename__ = "register_note"
    __table_args__ = (Index("ix_register_note_register_id_id", "register_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"), index=True)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(16))
    device: Mapped[str] = mapped_column(String(36), default="")
    device_time: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Signature(PublicId, Base):
    """A signature drawn on a screen: its strokes, sealed. A person's latest in a slot counts."""

    __tablename__ = "signature"
    __table_args__ = (Index("ix_signature_slot_id_person_id", "slot_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    strokes_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    taken_by: Mapped[str] = mapped_column(String(16))
    device: Mapped[str] = mapped_column(String(36), default="")
    device_time: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
