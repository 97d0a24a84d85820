"""The audit chain's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, Short


class AuditEntry(Base):
    """One action: who, which, about what, when. Never a value. `mac` covers it and `previous`."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_actor", "actor", "seq"),
        Index("ix_audit_entry_action", "action", "seq"),
        # What somebody opened since a day is counted from the index alone.
        Index("ix_audit_entry_actor_action_at", "actor", "action", "at"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[Short]
    action: Mapped[str] = mapped_column(String(64))
    subjects: Mapped[list[str]]
    previous: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))


class AuditSubject(Base):
    """By which entries a public id is named: an index only, which verifying leaves out.

    No reference binds it to the entries: what guards those must answer first on PostgreSQL.
    """

    __tablename__ = "audit_subject"

    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AuditHead(Base):
    """The one row that says where the chain ends and in which mirror; locked last."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))
    mirror: Mapped[Short]
