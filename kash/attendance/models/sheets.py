"""Sheets of paper: as they were printed, as they came back, and what they said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class Sheet(PublicId, Base):
    """A paper sheet as it was printed: the group's rows of one day in their order.

    `rows` holds the roster entries' public ids; paper can't follow a roster that changes. The
    sheet's public id is what its QR says. `columns` are those to sign in, each with the slots that
    a signature stands for (`rules.sheets.as_data`); `extras` are codes of further columns.
    """

    __tablename__ = "sheet"
    __table_args__ = (UniqueConstraint("register_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    rows: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    extras: Mapped[list[str]] = mapped_column(JSON, default=list)
    large: Mapped[bool] = mapped_column(default=False)
    printed_by: Mapped[str] = mapped_column(String(16))
    printed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class SheetScan(PublicId, Base):
    """A picture of a signed page, sealed in the file store under its register and its id.

    `found_by` says how it came to its sheet: "code" (its QR was read), "hand", or not yet.
    """

    __tablename__ = "sheet_scan"
    __table_args__ = (
        CheckConstraint("found_by in ('', 'code', 'hand')", name="found_by"),
        CheckConstraint("(sheet_id is null) = (found_by = '')", name="found"),
        Index("ix_sheet_scan_register_id_id", "register_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheet.id"), index=True)
    found_by: Mapped[str] = mapped_column(String(8), default="")
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int] = mapped_column(SmallInteger)
    uploaded_by: Mapped[str] = mapped_column(String(16))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SheetReading(Base):
    """Reading: what somebody read off a signed sheet.

    `ticks` has for each printed row the columns (from 0) that are signed; `written_in` counts the
    people who wrote themselves on empty rows.
    """

    __tablename__ = "sheet_reading"
    __table_args__ = (CheckConstraint("written_in >= 0", name="written_in"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    ticks: Mapped[list[list[int]]] = mapped_column(JSON)
    written_in: Mapped[int] = mapped_column(SmallInteger, default=0)
    row_version: Mapped[int] = mapped_column(default=1)
    read_by: Mapped[str] = mapped_column(String(16))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Settlement(Base):
    """Why a mark stays although paper or a list of payments says otherwise.

    It holds only as long as both say what they said then: `counted` is what the other source said,
    `status` the mark ("" for none). What is said of a whole day stands at its first slot.
    """

    __tablename__ = "settlement"
    __table_args__ = (UniqueConstraint("slot_id", "entry_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entry.id"), index=True)
    source: Mapped[str] = mapped_column(String(16))
    counted: Mapped[bool] = mapped_column()
    status: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(String(300))
    settled_by: Mapped[str] = mapped_column(String(16))
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime)
