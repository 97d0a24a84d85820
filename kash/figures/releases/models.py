"""Plans of what is printed in a year, what was printed, and dated notes beside it.

Nothing here holds a count: dice and counts are thrown away with the transaction that prints. Which
cases have entered which table lies sealed in the vault.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.figures.releases.rules.tables import (
    ReleaseWindow,
    YearPlan,
    tables_from_json,
    windows_from_json,
)
from kash.platform.approvals.approval import Proposal
from kash.platform.database import Base, Key, PublicId, only_where


class ReleasePlan(Proposal, PublicId, Base):
    """The plan of a year: `tables` and `windows` as `rules.tables` keeps them, and `digest` over
    both. Once approved it never changes. `stated_figure` is how many cases a month a forum expects,
    None if it was proposed from what was printed; `forum_decision` what the forum said to it."""

    __tablename__ = "release_plan"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("year between 2000 and 2200", name="year"),
        Index(
            "uq_release_plan_year_approved", "year", unique=True, **only_where("state = 'approved'")
        ),
        Index(
            "uq_release_plan_year_proposed", "year", unique=True, **only_where("state = 'proposed'")
        ),
    )

    id: Mapped[Key]
    year: Mapped[int] = mapped_column(SmallInteger)
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    stated_figure: Mapped[int | None] = mapped_column(SmallInteger)
    forum_decision: Mapped[str] = mapped_column(Text, default="")
    row_version: Mapped[int] = mapped_column(default=1)

    releases: Mapped[list[Release]] = relationship(back_populates="plan", order_by="Release.id")

    @property
    def year_plan(self) -> YearPlan:
        """Its tables, as the rules know them."""
        return YearPlan(self.year, tables_from_json(self.tables))

    @property
    def calendar(self) -> list[ReleaseWindow]:
        """Its windows, by day and in the order of its tables."""
        return windows_from_json(self.windows)


class ReleaseRecovery(Proposal, PublicId, Base):
    """All that two people say of the figures of a freeze day, of which a database that was put back
    cannot tell whether they had been printed.

    `kind` says which: "code", the code of the audit trail on minutes that were printed after the
    day, and that this database knows; "never", they were not printed; "printed", they were, and are
    lost here. `noted` is how often the mirror held that they were thrown.
    """

    __tablename__ = "release_recovery"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("kind in ('code', 'never', 'printed')", name="kind"),
        Index(
            "uq_release_recovery_day_proposed",
            "day",
            unique=True,
            **only_where("state = 'proposed'"),
        ),
    )

    id: Mapped[Key]
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(24), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    noted: Mapped[int] = mapped_column(default=0)


class Release(PublicId, Base):
    """A table as it was printed, for ever: `lines` holds [code, printed] for each code of the plan,
    None where it reads "few". It keeps the freeze day and no other moment, and nothing else tells
    when, or how often, anybody pressed."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("plan_id", "table_key", "window"),
        CheckConstraint('"window" between 0 and 3', name="window"),
    )

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("release_plan.id"))
    table_key: Mapped[str] = mapped_column(String(20))
    window: Mapped[int] = mapped_column(SmallInteger)
    freeze_on: Mapped[date]
    lines: Mapped[list[list[Any]]] = mapped_column(JSON)

    @property
    def digest(self) -> str:
        """A digest of the window and all that was printed of it, as the audit's mirror holds it."""
        printed = [self.table_key, self.window, self.freeze_on.isoformat(), self.lines]
        return hashlib.sha256(json.dumps(printed, separators=(",", ":")).encode()).hexdigest()

    plan: Mapped[ReleasePlan] = relationship(back_populates="releases")
    notes: Mapped[list[ReleaseNote]] = relationship(
        back_populates="release", order_by="ReleaseNote.id"
    )


class ReleaseNote(PublicId, Base):
    """A dated note beside a table that turned out wrong; it names no figure."""

    __tablename__ = "release_note"

    id: Mapped[Key]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    day: Mapped[date]
    text: Mapped[str] = mapped_column(Text)

    release: Mapped[Release] = relationship(back_populates="notes")
