"""Zones, in which people live and services are found, and the venues where programmes meet."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, PublicId


class Zone(PublicId, Base):
    """An area, such as a sub-county or a ward in one (`within`).

    People's wards and organisations' places are text; a zone is the spelling they are offered.
    A zone out of use stays with what names it, and is offered no longer.
    """

    __tablename__ = "zone"
    __table_args__ = (
        CheckConstraint("kind in ('county', 'sub_county', 'ward', 'other')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(12), default="ward")
    within_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)

    within: Mapped[Zone | None] = relationship(remote_side=[id])


class Venue(PublicId, Base):
    """A place where workshops and meetings are held.

    `place` is where it is in words; `safe_for` says for whom it is safe to come. `accessible` holds
    codes between commas. `band` is how far it lies, in words of the rates. `price_cents` is for a
    day. Whom to call, and notes on safety, are sealed; those, the price and `safe_for` are seen
    only by who plans.
    """

    __tablename__ = "venue"
    __table_args__ = (CheckConstraint("price_cents >= 0", name="price_cents"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    place: Mapped[str] = mapped_column(String(120), default="")
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    directions: Mapped[str] = mapped_column(Text, default="")
    safe_for: Mapped[str] = mapped_column(String(300), default="")
    seats: Mapped[int | None] = mapped_column(SmallInteger)
    accessible: Mapped[str] = mapped_column(String(120), default="")
    band: Mapped[str] = mapped_column(String(60), default="")
    price_cents: Mapped[int | None] = mapped_column(Integer)
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    safety_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)

    zone: Mapped[Zone | None] = relationship()
