"""Connections with other systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kash.people.connections.rules import Stands, stands_now
from kash.platform.approvals.approval import Proposal
from kash.platform.database import Base, Key, PublicId


class Connection(Proposal, PublicId, Base):
    """A connection: recorded (`proposed`) by one, agreed to (`approved`) by another, then switched
    on and off.

    `processor` is who works with the data at the other end, `contract` the reference under which,
    `country` where it lies there, `safeguards` what protects it on the way and there. `secret` is
    sealed under the server's keys, None where there is none.
    """

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("not is_on or state = 'approved'", name="on"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200), default="")
    processor: Mapped[str] = mapped_column(String(200))
    contract: Mapped[str] = mapped_column(String(200))
    contract_on: Mapped[date]
    country: Mapped[str] = mapped_column(String(80))
    safeguards: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secret: Mapped[bytes | None]
    is_on: Mapped[bool] = mapped_column(default=False)
    # The last time that it was switched on or off since it was agreed to.
    switched_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)

    @property
    def stands(self) -> Stands:
        """State as a whole: recorded, returned, agreed, on or off."""
        return stands_now(self.state, is_on=self.is_on, was_switched=self.switched_at is not None)
