"""Tokens of programs, their scopes, and answers that are given again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.api.rules.tokens import TokenFacts, TokenStands, stands_now
from kash.connections.models import Connection
from kash.platform.approvals.models import Proposal
from kash.platform.database import Base, PublicId, UtcDateTime


class ApiToken(Proposal, PublicId, Base):
    """A token for a program at the other end of a connection: asked for by the account that
    answers for it, agreed to by another, then fetched once by the first.

    What it is, is made when it is fetched, and kept as a hash. `window_at` and `window_leased`
    count its requests (`rules/limits.py`). A row never changes what was agreed to. `rows_until` is
    when it was last given people who are no officers one by one, as it was before tokens stopped
    telling of them.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("token_hash is null or state = 'approved'", name="agreed_first"),
        CheckConstraint("days between 1 and 366", name="days"),
        Index("ix_api_token_state_created_at", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(200))
    days: Mapped[int] = mapped_column(SmallInteger)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(16))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    window_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_leased: Mapped[int] = mapped_column(SmallInteger, default=0)
    rows_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    connection: Mapped[Connection] = relationship()
    account: Mapped[Account] = relationship()
    scopes: Mapped[list[ApiTokenScope]] = relationship(
        cascade="all, delete-orphan", order_by="ApiTokenScope.scope"
    )

    def stands(self, now: datetime) -> TokenStands:
        """State in which it is at a moment."""
        return stands_now(
            TokenFacts(
                self.state,
                self.created_at,
                self.agreed_at,
                self.fetched_at,
                self.expires_at,
                self.ended_at or self.outdated_at,
            ),
            now,
        )

    @property
    def outdated_at(self) -> datetime | None:
        """When its connection was changed since it was asked for: whoever agreed to it agreed to
        the processor of that day, not to the one recorded since. None if it is as it was."""
        changed = self.connection.created_at
        return changed if self.created_at < changed and self.state != "returned" else None

    @property
    def last_used_at(self) -> datetime | None:
        """Moment of its last use for anything, to the minute; None if it never was used."""
        used = [one.last_used_at for one in self.scopes if one.last_used_at is not None]
        return max(used, default=None)


class ApiTokenScope(Base):
    """One thing that a token was made for, and when it was last used for it, to the minute."""

    __tablename__ = "api_token_scope"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(30), primary_key=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeptAnswer(Base):
    """Answer to a request that wrote, given again for a day if the same request comes again. It
    holds ids of operations and states of marks, and nobody's number."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index("ix_kept_answer_made_at", "made_at"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
