"""Requests that take two people, the backers of an account, and notices to its owner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models.accounts import Account
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class AccountRequest(PublicId, Base):
    """One asks, an independent second decides. `asked_by` and `decided_by` are public ids.

    `content_sealed` is what exactly is asked for, as JSON, where the kind does not say it all;
    `digest` fixes it together with how the account stood then. `code_sealed` is what the second
    person tells whoever uses the link.
    """

    __tablename__ = "account_request"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('invitation', 'roles', 'link', 'second_step', 'reopening', 'opening')",
            name="kind",
        ),
        CheckConstraint(
            "state IN ('waiting', 'agreed', 'done', 'declined', 'withdrawn', 'changed')",
            name="state",
        ),
        Index("ix_account_request_account_id_state", "account_id", "state"),
        Index("ix_account_request_state_expires_at", "state", "expires_at"),
        Index("ix_account_request_asked_by_state", "asked_by", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    email_lookup: Mapped[str] = mapped_column(String(64), default="")
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_by: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    decided_by: Mapped[str] = mapped_column(String(16), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    account: Mapped[Account | None] = relationship()


class AccountBacking(Base):
    """Backing: who brought an account in or gave it power, alone or by asking for it. Kept for
    good.

    `by` is a public id; nobody stands behind founders, nor behind whom the operator let in.
    """

    __tablename__ = "account_backing"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class AccountNotice(PublicId, Base):
    """Notice of what others did to an account, or decided for it, until its owner has seen it on
    Today."""

    __tablename__ = "account_notice"
    __table_args__ = (Index("ix_account_notice_account_id_seen_at", "account_id", "seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(24))
    request_id: Mapped[str] = mapped_column(String(16), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
