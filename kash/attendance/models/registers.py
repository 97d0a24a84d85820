"""The register: a roster, slots, and one mark for each. Workshops and forums both keep one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, PublicId, UtcDateTime, only_where, utc_now

BigKey = BigInteger().with_variant(Integer, "sqlite")


class Register(PublicId, Base):
    """Register of who was expected and who came, for one workshop or one forum meeting."""

    __tablename__ = "register"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    slots: Mapped[list[Slot]] = relationship(
        back_populates="register", order_by="Slot.position", cascade="all, delete-orphan"
    )
    roster: Mapped[list[RosterEntry]] = relationship(
        back_populates="register", cascade="all, delete-orphan"
    )


class Slot(PublicId, Base):
    """A stretch of time in which presence is marked; `minutes` is what counts as hours.

    Its register is closed by one person and confirmed by another, after which it is locked.
    `early_reason` is why it was closed before its planned end, empty where it was not.
    `planned_end` is the latest end that it had while it was brought forward or shortened at short
    notice, None where it was not. `began_at` and `ended_at` are when it was really taught, as
    far as somebody said so (`TimeTap`).
    """

    __tablename__ = "slot"
    __table_args__ = (
        Index("ix_slot_open", "closed_at", "starts_at"),
        Index("ix_slot_register_id", "register_id", "confirmed_at"),
        # What no second person confirmed yet, among all that were ever confirmed.
        Index("ix_slot_unconfirmed", "starts_at", **only_where("confirmed_at is null")),
        # What is closed and waits for one, the longest waiting first.
        Index(
            "ix_slot_waiting_since",
            "closed_at",
            **only_where("closed_at is not null and confirmed_at is null"),
        ),
        # What somebody began and nobody ended.
        Index(
            "ix_slot_unended",
            "starts_at",
            **only_where("began_at is not null and ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(16))
    early_reason: Mapped[str] = mapped_column(String(300), default="")
    planned_end: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(16))
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    register: Mapped[Register] = relationship(back_populates="slots")


class RosterEntry(PublicId, Base):
    """A person on a register. `walk_in` says that she was added at the door."""

    __tablename__ = "roster_entry"
    __table_args__ = (UniqueConstraint("register_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    walk_in: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    register: Mapped[Register] = relationship(back_populates="roster")


class MarkStatus(Base):
    """A status a mark may have, with the share of a slot that it counts (0 to 100 per cent).

    `purpose` is that of the registers it is for, or "any". A standard status without a `name` goes
    by its usual word. The weight never changes once anybody was marked so: another is added.
    """

    __tablename__ = "mark_status"
    __table_args__ = (
        CheckConstraint("weight between 0 and 100", name="weight"),
        CheckConstraint("tone in ('good', 'warn', 'bad', 'quiet')", name="tone"),
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    letter: Mapped[str] = mapped_column(String(2), unique=True)
    weight: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    purpose: Mapped[str] = mapped_column(String(12), default="workshop")
    name: Mapped[str] = mapped_column(String(40), default="")
    tone: Mapped[str] = mapped_column(String(8), default="quiet")
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)


class Mark(Base):
    """The present mark of one person in one slot. `version` counts the operations applied to it."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("slot_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[str] = mapped_column(ForeignKey("mark_status.code"))
    version: Mapped[int] = mapped_column(Integer, default=1)


class MarkOperation(Base):
    """The history of marks: each operation that was applied or that met another, as it arrived.

    A rejected one is answered but not kept, so that it may be sent again once the reason is gone.
    `version` is the mark's version after it. `op_id` is chosen by whoever makes the mark, so that
    sending it twice applies it once. `correction` is the reason for changing a locked register.
    """

    __tablename__ = "mark_operation"
    __table_args__ = (
        Index("ix_mark_operation_slot_id_person_id", "slot_id", "person_id", "id"),
        CheckConstraint(
            "answer in ('applied', 'duplicate', 'conflict', 'rejected')", name="answer"
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    expected_version: Mapped[int] = mapped_column(Integer)
    device: Mapped[str] = mapped_column(String(36), default="")
    device_sequence: Mapped[int] = mapped_column(Integer, default=0)
    device_time: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    marked_by: Mapped[str] = mapped_column(String(16))
    answer: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer)
    correction: Mapped[str] = mapped_column(String(300), default="")
