"""The programme itself, accounts and what they may do, sessions, invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from kash.accounts.models.passkeys import Passkey
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now

# By another name, so that queries may speak of passkeys themselves.
_held = Passkey.__table__.alias("held_passkey")


class Programme(Base):
    """The one programme that this installation serves.

    `neutral_name` is all that titles, headers and paper show. `settings` is what the programme may
    decide for itself; `version` counts its changes. `founded_at` is when its first director joined.
    """

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(String(120))
    neutral_name: Mapped[str] = mapped_column(String(60))
    zone: Mapped[str] = mapped_column(String(64), default="Africa/Nairobi")
    languages: Mapped[list[str]] = mapped_column(JSON)
    default_language: Mapped[str] = mapped_column(String(8), default="en")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    founded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Account(PublicId, Base):
    """Someone who may sign in. The e-mail is sealed and found again by its look-up only."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_name_id", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    email_lookup: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    language: Mapped[str] = mapped_column(String(8), default="")
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The last period of thirty seconds for which a code was taken: each is good once.
    totp_period: Mapped[int] = mapped_column(default=0)
    # By what passkeys know the account: random, and nothing else anywhere.
    passkey_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    # Who asked that it belong to this participant: a public id, empty for the operator.
    tied_by: Mapped[str] = mapped_column(String(16), default="")
    active: Mapped[bool] = mapped_column(default=True)
    # Locked at once, until a one-time link has set a new password.
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    # Since when nobody else has opened it, given it power or touched the ways into it.
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    roles: Mapped[list[AccountRole]] = relationship(
        back_populates="account",
        order_by="AccountRole.role",
        cascade="all, delete-orphan",
        lazy="selectin",
    )
    has_passkey: Mapped[bool] = column_property(
        select(_held.c.id).where(_held.c.account_id == id).exists()
    )

    @property
    def has_second_step(self) -> bool:
        """True if a password alone does not open this account."""
        return self.totp_sealed is not None or self.has_passkey


class AccountRole(Base):
    """One role that an account holds."""

    __tablename__ = "account_role"
    __table_args__ = (Index("ix_account_role_role", "role"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)

    account: Mapped[Account] = relationship(back_populates="roles")


class Invitation(PublicId, Base):
    """A one-time link: to open an account, or for `account_id` to set a new password.

    `invited_by` may be handed over; `brought_by` is who made it, for good. One that opens much was
    agreed to (`request_id`, and then whoever uses it needs the code that the second person tells),
    is a founder's (`founding`), or is the operator's.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_used_at_expires_at", "used_at", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    email_lookup: Mapped[str] = mapped_column(String(64), index=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(8), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    invited_by: Mapped[str] = mapped_column(String(16))
    brought_by: Mapped[str] = mapped_column(String(16), default="")
    founding: Mapped[bool] = mapped_column(default=False)
    request_id: Mapped[str] = mapped_column(String(16), default="")
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that takes the phone's place once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignedInSession(PublicId, Base):
    """One browser in which someone is signed in.

    `fresh_at` is when the password or a passkey was last given. An `unfamiliar` one began in a
    browser that the account had not used before; its owner is asked elsewhere whether it was her,
    until `answered_at`. `kept_form` is what was typed when a fresh sign-in was asked for, sealed.
    """

    __tablename__ = "signed_in_session"
    __table_args__ = (Index("ix_signed_in_session_account_id_ended_at", "account_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    device: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    fresh_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unfamiliar: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_form: Mapped[bytes | None] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()
