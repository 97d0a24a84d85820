"""Archives that were asked for."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.approvals.models import Proposal
from kash.platform.database import Base, PublicId, only_where


class ArchiveRequest(Proposal, PublicId, Base):
    """An archive that was asked for, and why. Once agreed to, `job` makes it: encrypted by `armour`
    and `recipient` (`operations.encryption.Lock`), which hold neither the words that open it nor
    anything that does. `with_key` says that the server's key file goes along."""

    __tablename__ = "archive_request"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        Index(
            "uq_archive_request_proposed", "state", unique=True, **only_where("state = 'proposed'")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    with_key: Mapped[bool] = mapped_column(default=False)
    armour: Mapped[str] = mapped_column(Text, default="")
    recipient: Mapped[str] = mapped_column(String(80), default="")
    job: Mapped[str | None] = mapped_column(String(16))
