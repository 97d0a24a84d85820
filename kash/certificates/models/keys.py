"""The keys that sign certificates, and the titles that the signed codes name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, only_where


class SigningKey(PublicId, Base):
    """An Ed25519 key of the programme. The public half stays published for good.

    The private half is sealed under the server's keys, and deleted when a newer key takes over.
    `doubted` says that somebody else may have had it: paper that it signed is then confirmed by its
    serial only.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("state in ('current', 'retired')", name="state"),
        CheckConstraint(
            "state = 'retired' or (until is null and private_sealed is not null)",
            name="private_half",
        ),
        # One key signs at a time.
        Index(
            "uq_signing_key_current",
            "state",
            unique=True,
            **only_where("state = 'current'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # 8 hex characters, as codes name it.
    key_id: Mapped[str] = mapped_column(String(8), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8), default="current")
    private_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    doubted: Mapped[bool] = mapped_column(default=False)


class PublishedTitle(Base):
    """A public title that some signed certificate bears, by the id that its code holds."""

    __tablename__ = "published_title"

    # 8 hex characters.
    title_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
