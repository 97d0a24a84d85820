"""Mediators on duty, and the briefs that they are shown. Neither knows of any incident."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.people.models import Organisation
from kash.platform.database import Base, PublicId, UtcDateTime
from kash.platform.vault.models.compartments import random_key


class Duty(PublicId, Base):
    """A peer educator, of either group, who mediates. `phone` is a number for this duty, sealed,
    shown to whoever needs help; `spoken` are language codes."""

    __tablename__ = "mediator_duty"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    spoken: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship()
    stations: Mapped[list[DutyStation]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    hours: Mapped[list[DutyHours]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="DutyHours.opens"
    )


class DutyStation(Base):
    """A station at which a mediator helps."""

    __tablename__ = "mediator_duty_station"

    duty_id: Mapped[int] = mapped_column(
        ForeignKey("mediator_duty.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, index=True
    )

    organisation: Mapped[Organisation] = relationship()


class DutyHours(Base):
    """When: minutes since Monday 00:00, as in the directory of services."""

    __tablename__ = "mediator_duty_hours"
    __table_args__ = (CheckConstraint("closes > opens", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(
        ForeignKey("mediator_duty.id", ondelete="CASCADE"), index=True
    )
    opens: Mapped[int]
    closes: Mapped[int]


class MediationBrief(PublicId, Base):
    """Brief for one mediator: a server-sealed note without person, act or narrative.

    Which incident it belongs to stands only in that incident's sealed record. The note is deleted
    when the mediator closes it, the whole row seven days after it was written; the sealed outcome
    is deleted once a member has taken it over into the record.
    """

    __tablename__ = "mediation_brief"
    __table_args__ = (
        CheckConstraint("state in ('open', 'accepted', 'closed')", name="state"),
        Index("ix_mediation_brief_account_id_state", "account_id", "state"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(8), default="open")
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    runs_out_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
