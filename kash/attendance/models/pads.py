"""Pads: registers taken along on phones, and what of theirs waits for a person to decide."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.attendance.models.registers import BigKey, Register
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class PadKey(PublicId, Base):
    """A key of the server to which phones seal what they queue; the newest is given to new pads.

    The private half is sealed under the key file, for this row. `public_point` has 65 bytes.
    """

    __tablename__ = "pad_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    private_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    public_point: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Pad(PublicId, Base):
    """A register on one phone: a credential of its own, of the person who took the register.

    It sends until `ends_at`, unless it was revoked. `signing_key` is the phone's public key (65
    bytes). `skew_ms` is by how much the phone's clock was ahead of ours when it was last heard.
    `continues_id` is the pad of the same person whose queue this one may send.
    """

    __tablename__ = "pad"
    __table_args__ = (Index("ix_pad_register_id_id", "register_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("pad_key.id"))
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("pad.id"))
    signing_key: Mapped[bytes] = mapped_column(LargeBinary)
    label: Mapped[str] = mapped_column(String(60), default="")
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(16))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    skew_ms: Mapped[int | None] = mapped_column(Integer)

    register: Mapped[Register] = relationship()
    key: Mapped[PadKey] = relationship()


class HeldItem(PublicId, Base):
    """Item of a pad that a person must decide: it met something else, was refused, or came when its
    pad had ended. The operation itself is sealed, and gone once it is decided.

    `why` is the answer that the pad was given, or "ended" for what came by a file too late;
    `slot` and `entry` are public ids as they were sent. `sent_by` is whose pad it was.
    """

    __tablename__ = "held_item"
    __table_args__ = (
        CheckConstraint("why in ('conflict', 'rejected', 'ended')", name="why"),
        CheckConstraint("decision in ('', 'kept', 'taken', 'arrived')", name="decision"),
        CheckConstraint("(decided_at is null) = (decision = '')", name="decided"),
        Index("ix_held_item_register_id_decided_at_id", "register_id", "decided_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    pad_id: Mapped[int] = mapped_column(ForeignKey("pad.id"), index=True)
    device_sequence: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    why: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24), default="")
    slot: Mapped[str] = mapped_column(String(16), default="")
    entry: Mapped[str] = mapped_column(String(16), default="")
    operation_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_by: Mapped[str] = mapped_column(String(16))
    device_time: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str] = mapped_column(String(8), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(16))

    pad: Mapped[Pad] = relationship()
