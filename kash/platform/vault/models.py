"""The tables of the vault: the audit chain, and what members' keys open."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, Key, PublicId, Short


class AuditEntry(Base):
    """One action: who, which, about what, when. Never a value. `mac` covers it and `previous`."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_actor", "actor", "seq"),
        Index("ix_audit_entry_action", "action", "seq"),
        # What somebody opened since a day is counted from the index alone.
        Index("ix_audit_entry_actor_action_at", "actor", "action", "at"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[Short]
    action: Mapped[str] = mapped_column(String(64))
    subjects: Mapped[list[str]]
    previous: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))


class AuditSubject(Base):
    """By which entries a public id is named: an index only, which verifying leaves out.

    No reference binds it to the entries: what guards those must answer first on PostgreSQL.
    """

    __tablename__ = "audit_subject"

    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AuditHead(Base):
    """The one row that says where the chain ends and in which mirror; locked last."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))
    mirror: Mapped[Short]


def random_key() -> int:
    """A row's number that tells nothing of when it was made."""
    return secrets.randbits(62) + 1


class VaultMember(PublicId, Base):
    """Somebody with keys. `holder` is her account's public id; the private half opens by what she
    alone knows, a passphrase or a recovery code, together with the server's key file."""

    __tablename__ = "vault_member"

    id: Mapped[Key]
    holder: Mapped[Short] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    salt: Mapped[bytes]
    sealed_private: Mapped[bytes]
    recovery_salt: Mapped[bytes | None]
    recovery_private: Mapped[bytes | None]
    joined_at: Mapped[datetime]
    # Who let her in (an account's public id), and when; None while she waits.
    admitted_by: Mapped[Short | None]
    admitted_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    # The server keeps its half of her key back, since she is the last who can open something.
    withheld_at: Mapped[datetime | None]
    # Somebody asks that her keys be taken away though she is the last: a second has to agree.
    removal_asked_by: Mapped[Short | None]
    removal_asked_at: Mapped[datetime | None]


class Compartment(Base):
    """One generation of a compartment's pair. The current one takes what is filed; those before it
    stay until a rotation has moved every document on."""

    __tablename__ = "vault_compartment"
    __table_args__ = (
        UniqueConstraint("name", "generation"),
        CheckConstraint("name in ('case', 'identity')", name="name"),
        CheckConstraint("state in ('current', 'retiring')", name="state"),
    )

    id: Mapped[Key]
    name: Mapped[Short]
    generation: Mapped[int]
    public_key: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(8), default="current")
    # Somebody who could open it was removed: a new generation is due.
    rotation_due: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    # Seal of the public key under the key file; None only for what is older than seals.
    seal: Mapped[bytes | None]


class CompartmentWrap(Base):
    """A compartment's secret, sealed to one member."""

    __tablename__ = "vault_wrap"

    compartment_id: Mapped[int] = mapped_column(
        ForeignKey("vault_compartment.id", ondelete="CASCADE"), primary_key=True
    )
    member_id: Mapped[int] = mapped_column(
        ForeignKey("vault_member.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    wrapped: Mapped[bytes]
    # Seal of the member's public key under this secret; None until her words were compared.
    seal: Mapped[bytes | None]


class SealedDocument(PublicId, Base):
    """One vault-sealed document: what kind of thing it is, its version, its ciphertext."""

    __tablename__ = "vault_document"
    __table_args__ = (
        CheckConstraint("compartment in ('case', 'identity')", name="compartment"),
        Index("ix_vault_document_kind_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    compartment: Mapped[Short]
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=1)
    body: Mapped[bytes]


class DocumentKey(Base):
    """A document's key: `filed` to a compartment's public key, or `kept` under its symmetric one.

    In a table of its own, so that shredding is the end of one row.
    """

    __tablename__ = "vault_document_key"
    __table_args__ = (
        CheckConstraint("form in ('filed', 'kept')", name="form"),
        Index("ix_vault_document_key_compartment_id_form", "compartment_id", "form"),
    )

    document_id: Mapped[int] = mapped_column(
        ForeignKey("vault_document.id", ondelete="CASCADE"), primary_key=True
    )
    compartment_id: Mapped[int] = mapped_column(ForeignKey("vault_compartment.id"))
    form: Mapped[str] = mapped_column(String(8))
    wrapped: Mapped[bytes]


class VaultOpening(Base):
    """A vault that is open in one session: the member's key under a secret that only a cookie
    holds. Never in a backup."""

    __tablename__ = "vault_opening"

    id: Mapped[Key]
    session: Mapped[Short] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("vault_member.id", ondelete="CASCADE"), index=True
    )
    sealed_private: Mapped[bytes]
    opened_at: Mapped[datetime]
    used_at: Mapped[datetime]


class Unsealing(PublicId, Base):
    """Somebody asks to open one `identity` document; a custodian decides.

    The reason is a document of `case`. What is granted is that one document's key, sealed to the
    asker, until it runs out.
    """

    __tablename__ = "vault_unsealing"

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    document_id: Mapped[int] = mapped_column(
        ForeignKey("vault_document.id", ondelete="CASCADE"), index=True
    )
    reason_id: Mapped[int | None] = mapped_column(
        ForeignKey("vault_document.id", ondelete="SET NULL"), index=True
    )
    member_id: Mapped[int] = mapped_column(
        ForeignKey("vault_member.id", ondelete="CASCADE"), index=True
    )
    asked_at: Mapped[datetime]
    decided_by: Mapped[Short | None]
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    runs_out_at: Mapped[datetime | None]
    wrapped: Mapped[bytes | None]
