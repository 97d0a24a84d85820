"""Lines of budgets, and when a budget was closed. Money is in whole cents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.workshops.models import Funder, Workshop


class BudgetLine(PublicId, Base):
    """One cost of a workshop: a price for each unit of what its driver counts.

    Without a funder it is shared as the workshop's costs are, and an empty code stands for the code
    of each share. What is spent is read from payouts (`from_payouts`, one line a workshop), else
    entered. `frozen` is what it came to when the budget was closed: `[units, planned, spent,
    [[funder, code, planned, spent], …]]`.
    """

    __tablename__ = "budget_line"
    __table_args__ = (
        CheckConstraint(
            "driver in ('fixed', 'days', 'invited', 'confirmed', 'attended', 'person_days',"
            " 'trainers')",
            name="driver",
        ),
        CheckConstraint("unit_cents >= 0", name="unit_cents"),
        CheckConstraint("spent_cents >= 0", name="spent_cents"),
        CheckConstraint("not from_payouts or spent_cents is null", name="spent_once"),
        Index("ix_budget_line_workshop_id_position", "workshop_id", "position"),
        Index(
            "uq_budget_line_workshop_id_payouts",
            "workshop_id",
            unique=True,
            **only_where("from_payouts"),
        ),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[str] = mapped_column(String(120))
    driver: Mapped[str] = mapped_column(String(12), default="fixed")
    with_trainers: Mapped[bool] = mapped_column(default=False)
    unit_cents: Mapped[int] = mapped_column(BigInteger)
    from_payouts: Mapped[bool] = mapped_column(default=False)
    funder_id: Mapped[int | None] = mapped_column(ForeignKey("funder.id"), index=True)
    budget_code: Mapped[str] = mapped_column(String(40), default="")
    spent_cents: Mapped[int | None] = mapped_column(BigInteger)
    frozen: Mapped[list[Any] | None] = mapped_column(JSON)
    row_version: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[Short]
    written_at: Mapped[Now]

    workshop: Mapped[Workshop] = relationship()
    funder: Mapped[Funder | None] = relationship()


class BudgetClosing(Base):
    """That a workshop's budget is closed: since when, and who closed it."""

    __tablename__ = "budget_closing"

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), primary_key=True)
    closed_by: Mapped[Short]
    closed_at: Mapped[Now]
