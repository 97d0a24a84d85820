"""The directory of services: lawyers, clinics, shelters, oversight bodies."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.rules.directory import COSTS, DAY, SERVICE_KINDS, WEEK, Stretch
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


class ServiceEntry(PublicId, Base):
    """A service to which people are sent. Its phones are public: E.164, or a short number.

    An address that everyone may know stands in `address`. One that is confidential is sealed, and
    stands nowhere else. `spoken` and `served` hold codes, each between commas. `found_by` is what
    a search looks through; it never holds a confidential address. `card_name` stands on cards in
    place of a name that tells too much.
    """

    __tablename__ = "service_entry"
    __table_args__ = (
        CheckConstraint(_one_of("kind", SERVICE_KINDS), name="kind"),
        CheckConstraint(_one_of("cost", COSTS), name="cost"),
        CheckConstraint("not address_confidential or address = ''", name="address"),
        Index("ix_service_entry_sort_name_id", "sort_name", "id"),
        Index("ix_service_entry_area", "area"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(String(200))
    card_name: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    other_phone: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    address_confidential: Mapped[bool] = mapped_column(default=False)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    spoken: Mapped[str] = mapped_column(String(80), default="")
    served: Mapped[str] = mapped_column(String(80), default="")
    cost: Mapped[str] = mapped_column(String(8), default="")
    cost_note: Mapped[str] = mapped_column(String(200), default="")
    recommended_by: Mapped[str] = mapped_column(String(200), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    found_by: Mapped[str] = mapped_column(Text, default="")
    checked_on: Mapped[date] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    hours: Mapped[list[ServiceHours]] = relationship(
        back_populates="entry",
        order_by="ServiceHours.opens",
        cascade="all, delete-orphan",
    )

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages spoken there."""
        return codes(self.spoken)

    @property
    def serves(self) -> tuple[str, ...]:
        """The codes of whom it serves; none means everyone."""
        return codes(self.served)

    @property
    def stretches(self) -> list[Stretch]:
        """Its opening hours."""
        return [Stretch(each.opens, each.closes) for each in self.hours]

    @property
    def name_on_card(self) -> str:
        """Name on a card."""
        return self.card_name or self.name


class ServiceHours(Base):
    """One stretch of opening hours, in minutes since Monday 00:00 where the programme is."""

    __tablename__ = "service_hours"
    __table_args__ = (
        CheckConstraint(
            f"opens between 0 and {WEEK - 1} and closes > opens and closes <= opens + {DAY}",
            name="stretch",
        ),
        Index("uq_service_hours_entry_id_opens", "entry_id", "opens", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("service_entry.id", ondelete="CASCADE"))
    opens: Mapped[int]
    closes: Mapped[int]

    entry: Mapped[ServiceEntry] = relationship(back_populates="hours")


def codes(kept: str) -> tuple[str, ...]:
    """The codes that a column holds between commas."""
    return tuple(code for code in kept.split(",") if code)


def kept_codes(chosen: tuple[str, ...]) -> str:
    """Codes as a column keeps them: `,en,sw,`."""
    return f",{','.join(chosen)}," if chosen else ""
