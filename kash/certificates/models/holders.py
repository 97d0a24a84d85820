"""One-time links by which people without an account see their own certificates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models import Person
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class HolderLink(PublicId, Base):
    """A link that somebody made for a person, and the short visit that its button began.

    Both secrets are kept as hashes. A used link has a visit until `visit_ends_at`; whoever ends a
    link ends its visit with it.
    """

    __tablename__ = "holder_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    visit_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    visit_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
