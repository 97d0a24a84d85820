"""Mapping of figures to places of DHIS2, pushes, and what became of each value."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.exchange.dhis2.rules import ValueSlot
from kash.people.connections.models import Connection
from kash.platform.database import Base, Key, Now, PublicId, Short

_OUTCOMES = "('waiting', 'stored', 'refused', 'not_sent', 'unknown')"


class MappedCell(PublicId, Base):
    """A figure (`rules.sources`, as its code) and its place there; empty option combos are the
    default ones. `kind` says for which periods it goes: "quarter" or "year"."""

    __tablename__ = "dhis2_cell"
    __table_args__ = (
        CheckConstraint("kind in ('quarter', 'year')", name="kind"),
        UniqueConstraint(
            "connection_id",
            "kind",
            "data_element",
            "option_combo",
            "attribute_combo",
            "org_unit",
            name="uq_dhis2_cell_place",
        ),
    )

    id: Mapped[Key]
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    kind: Mapped[str] = mapped_column(String(8))
    figure: Mapped[str] = mapped_column(String(80))
    data_element: Mapped[str] = mapped_column(String(11))
    option_combo: Mapped[str] = mapped_column(String(11), default="")
    attribute_combo: Mapped[str] = mapped_column(String(11), default="")
    org_unit: Mapped[str] = mapped_column(String(11))

    @property
    def slot(self) -> ValueSlot:
        """Its place there."""
        return ValueSlot(self.data_element, self.option_combo, self.attribute_combo, self.org_unit)


class Push(PublicId, Base):
    """One sending of a period (as DHIS2 writes it): asked for, under way, and done, whatever became
    of its values."""

    __tablename__ = "dhis2_push"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'sending', 'done')", name="state"),
        Index("ix_dhis2_push_connection_id_period", "connection_id", "period"),
    )

    id: Mapped[Key]
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    period: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    asked_by: Mapped[Short]
    asked_at: Mapped[Now]
    done_at: Mapped[datetime | None]

    connection: Mapped[Connection] = relationship()
    values: Mapped[list[PushedValue]] = relationship(
        back_populates="push", order_by="PushedValue.id"
    )


class PushedValue(Base):
    """A value of a push, None where it withdraws what lay there, with what became of it. Rows stay:
    they are what is known of the other end, and of what has left."""

    __tablename__ = "dhis2_value"
    __table_args__ = (CheckConstraint(f"outcome in {_OUTCOMES}", name="outcome"),)

    id: Mapped[Key]
    push_id: Mapped[int] = mapped_column(ForeignKey("dhis2_push.id"), index=True)
    data_element: Mapped[str] = mapped_column(String(11))
    option_combo: Mapped[str] = mapped_column(String(11))
    attribute_combo: Mapped[str] = mapped_column(String(11))
    org_unit: Mapped[str] = mapped_column(String(11))
    figure: Mapped[str] = mapped_column(String(80), default="")
    value: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(8), default="waiting")
    code: Mapped[str] = mapped_column(String(20), default="")
    sentence: Mapped[str] = mapped_column(String(200), default="")

    push: Mapped[Push] = relationship(back_populates="values")

    @property
    def slot(self) -> ValueSlot:
        """Its place there."""
        return ValueSlot(self.data_element, self.option_combo, self.attribute_combo, self.org_unit)
