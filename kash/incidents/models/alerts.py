"""Officers on duty, and alerts: a drill and somebody held make the same row."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.platform.database import Base, UtcDateTime
from kash.platform.vault.models.compartments import random_key


class OfficerDuty(Base):
    """When a documentation officer is told of an alert, and after whom: the lowest `position` on
    duty is told first. Without hours she is on duty always; `active` is off while she is away."""

    __tablename__ = "officer_duty"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    position: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)

    account: Mapped[Account] = relationship()
    hours: Mapped[list[OfficerDutyHours]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="OfficerDutyHours.opens"
    )


class OfficerDutyHours(Base):
    """When: minutes since Monday 00:00, as for mediators."""

    __tablename__ = "officer_duty_hours"
    __table_args__ = (CheckConstraint("closes > opens", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(
        ForeignKey("officer_duty.id", ondelete="CASCADE"), index=True
    )
    opens: Mapped[int]
    closes: Mapped[int]


class Alert(Base):
    """One alert: the minute at which it was raised until it is over, afterwards only the Monday of
    its week and whether somebody looked in time. `told` counts the steps that were taken."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    week: Mapped[date] = mapped_column(Date, index=True)
    raised_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    told: Mapped[int] = mapped_column(default=0)
    in_time: Mapped[bool | None]
