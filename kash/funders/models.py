"""Ties between accounts and funders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.platform.approvals.models import Proposal
from kash.platform.database import Base, PublicId, UtcDateTime, only_where
from kash.workshops.models import Funder


class FunderAccount(Proposal, PublicId, Base):
    """The funder that an account belongs to, once approved and until it ended."""

    __tablename__ = "funder_account"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        Index(
            "uq_funder_account_account_id_open",
            "account_id",
            unique=True,
            **only_where("ended_at is null and state <> 'returned'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    funder_id: Mapped[int] = mapped_column(ForeignKey("funder.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()
    funder: Mapped[Funder] = relationship()

    @property
    def holds(self) -> bool:
        """True if the account belongs to the funder now."""
        return self.state == "approved" and self.ended_at is None
