"""Designs of certificates, their versions, and the pictures that belong to them.

Three designs are there from the beginning, under public ids that are the same everywhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    ScalarSelect,
    SmallInteger,
    String,
    UniqueConstraint,
    event,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, PublicId, UtcDateTime, only_where, utc_now

# The designs that every programme has, the first of them until another is chosen.
BUILT_IN = (("classic", "Classic"), ("modern", "Modern"), ("plain", "Plain"))


class Design(PublicId, Base):
    """How certificates look. `content` is worked on; what is printed is a version of it.

    `content` is a `rules.designs.DesignContent` as JSON; `row_version` counts how often it was
    saved. `in_use` is the number of the version that new batches take, None while there is none.
    """

    __tablename__ = "certificate_design"
    __table_args__ = (
        Index(
            "uq_certificate_design_is_default",
            "is_default",
            unique=True,
            **only_where("is_default"),
        ),
        CheckConstraint(
            "not is_default or (in_use is not null and retired_at is null)", name="default"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    row_version: Mapped[int] = mapped_column(default=1)
    in_use: Mapped[int | None] = mapped_column(SmallInteger)
    is_default: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    versions: Mapped[list[DesignVersion]] = relationship(
        back_populates="design", order_by="DesignVersion.number.desc()"
    )


class DesignVersion(PublicId, Base):
    """A design as it was put into use. It never changes: certificates are printed by it for ever.

    `digest` is the SHA-256 of its content.
    """

    __tablename__ = "certificate_design_version"
    __table_args__ = (UniqueConstraint("design_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    design_id: Mapped[int] = mapped_column(ForeignKey("certificate_design.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64), default="")
    created_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    design: Mapped[Design] = relationship(back_populates="versions")


class DesignImage(PublicId, Base):
    """A picture of a design, drawn anew when it was uploaded; the file lies in the store.

    `name` is what a design of one's own calls it; empty for a logo and a seal.
    """

    __tablename__ = "certificate_design_image"
    __table_args__ = (CheckConstraint("use in ('logo', 'seal', 'own')", name="use"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    design_id: Mapped[int] = mapped_column(ForeignKey("certificate_design.id"), index=True)
    use: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(32), default="")
    created_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    @property
    def key(self) -> str:
        """Where it lies in the file store."""
        return f"designs/{self.public_id}.png"


class ImmutableVersion(RuntimeError):
    """Something tried to change a version of a design."""


@event.listens_for(DesignVersion, "before_update")
@event.listens_for(DesignVersion, "before_delete")
def _refuse_to_change(*_arguments: Any) -> None:
    raise ImmutableVersion("a version of a design never changes")


def default_version() -> ScalarSelect[int]:
    """A select of the version that a batch takes if it chooses none."""
    return (
        select(DesignVersion.id)
        .join(Design, Design.id == DesignVersion.design_id)
        .where(Design.is_default, DesignVersion.number == Design.in_use)
        .scalar_subquery()
    )


@event.listens_for(DesignVersion.__table__, "after_create")
def _add_built_in(_table: Any, connection: Connection, **_options: Any) -> None:
    """The three designs are made with the tables, as a migration makes them."""
    designs, versions = (
        Base.metadata.tables[model.__tablename__] for model in (Design, DesignVersion)
    )
    for public_id, name in BUILT_IN:
        content = {"base": public_id}
        connection.execute(
            designs.insert().values(
                public_id=public_id,
                name=name,
                content=content,
                in_use=1,
                is_default=public_id == BUILT_IN[0][0],
                created_by="system",
            )
        )
        design_id = connection.scalar(select(designs.c.id).where(designs.c.public_id == public_id))
        connection.execute(
            versions.insert().values(
                public_id=f"{public_id}-1",
                design_id=design_id,
                number=1,
                content=content,
                created_by="system",
            )
        )
