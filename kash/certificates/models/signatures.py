"""Pictures that somebody else may put onto certificates only because their owner allowed it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.platform.database import Base, PublicId, UtcDateTime, only_where, utc_now


class SignatureImage(PublicId, Base):
    """The picture of an account's signature, sealed by the server's keys.

    One that was withdrawn is kept sealed as long as certificates may bear it, and is put onto
    nothing that is issued afterwards.
    """

    __tablename__ = "signature_image"
    __table_args__ = (
        Index(
            "uq_signature_image_account_id_held",
            "account_id",
            unique=True,
            **only_where("withdrawn_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()


class SignatureUse(PublicId, Base):
    """The owner's word that her signature stands on a design, or on one batch."""

    __tablename__ = "signature_use"
    __table_args__ = (
        CheckConstraint("(design_id is null) <> (batch_id is null)", name="one_place"),
        Index("ix_signature_use_design_id", "design_id"),
        Index("ix_signature_use_batch_id", "batch_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature_image.id"), index=True)
    design_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_design.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_batch.id"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    signature: Mapped[SignatureImage] = relationship()


class FunderMark(PublicId, Base):
    """The mark of a funder. A new one takes the old one's place on what is issued from then on."""

    __tablename__ = "funder_mark"
    __table_args__ = (
        Index(
            "uq_funder_mark_funder_id_held",
            "funder_id",
            unique=True,
            **only_where("replaced_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    funder_id: Mapped[int] = mapped_column(ForeignKey("funder.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def key(self) -> str:
        """Where it lies in the file store."""
        return f"designs/marks/{self.public_id}.png"
