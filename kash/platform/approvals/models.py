"""Columns of what takes two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import UtcDateTime, utc_now


class Proposal:
    """Gives a table what one person proposes and another approves, by their public ids.

    `approved_for` is for whom the approver stood in, if she did. The table checks its own states.
    """

    state: Mapped[str] = mapped_column(String(12), default="proposed")
    proposed_by: Mapped[str] = mapped_column(String(16))
    approved_by: Mapped[str | None] = mapped_column(String(16))
    approved_for: Mapped[str | None] = mapped_column(String(16))
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    @property
    def accounts(self) -> list[str | None]:
        """The accounts whose names its page tells."""
        return [self.proposed_by, self.approved_by, self.approved_for]
