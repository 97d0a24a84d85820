"""Columns of what takes two people."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Now, Short


class Proposal:
    """Gives a table what one person proposes and another approves, by their public ids.

    `approved_for` is for whom the approver stood in, if she did. The table checks its own states.
    """

    state: Mapped[str] = mapped_column(String(12), default="proposed")
    proposed_by: Mapped[Short]
    approved_by: Mapped[Short | None]
    approved_for: Mapped[Short | None]
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Now]

    @property
    def accounts(self) -> list[str | None]:
        """The accounts whose names its page tells."""
        return [self.proposed_by, self.approved_by, self.approved_for]
