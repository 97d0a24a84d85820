"""Forms that are read from another server, and by what their rows are known again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.connections.models import Connection
from kash.people.models import Group
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now
from kash.workshops.models import Workshop

REGISTRATION = "registration"


class KoboForm(PublicId, Base):
    """A form on the server of a connection. `asset` is the server's name for it, `columns` are the
    questions that were answered when its rows were brought in last, `list_id` is the list that
    was made of them, by its public id, and `job` the work that fetches them, or did last.

    The counts are of the last time: all rows, those that were new, and those that were edited.

    Forms of attendance, which are of one workshop, came until December 2026; they are not read any
    more, nor are `marks_sealed` and `waiting`.
    """

    __tablename__ = "kobo_form"
    __table_args__ = (
        CheckConstraint("purpose in ('registration', 'attendance')", name="purpose"),
        CheckConstraint(
            "purpose <> 'registration' or (group_id is not null and connection_id is not null)",
            name="group",
        ),
        CheckConstraint("purpose <> 'attendance' or workshop_id is not null", name="workshop"),
        UniqueConstraint("connection_id", "asset"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id"))
    purpose: Mapped[str] = mapped_column(String(12))
    asset: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("people_group.id"), index=True)
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"), unique=True)
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    list_id: Mapped[str] = mapped_column(String(16), default="")
    job: Mapped[str] = mapped_column(String(16), default="")
    rows_count: Mapped[int] = mapped_column(default=0)
    new_count: Mapped[int] = mapped_column(default=0)
    edited_count: Mapped[int] = mapped_column(default=0)
    marks_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    waiting: Mapped[int] = mapped_column(default=0)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    connection: Mapped[Connection | None] = relationship()
    group: Mapped[Group | None] = relationship()
    workshop: Mapped[Workshop | None] = relationship()


class KoboRow(Base):
    """A version of a row as it stands in a list: by keyed look-ups of its first id and of its
    answers, so that it tells nothing beside the other server's rows. `row` is
    its place in the list."""

    __tablename__ = "kobo_row"
    __table_args__ = (
        Index("ix_kobo_row_form_id_number", "form_id", "number"),
        UniqueConstraint("list_id", "row"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("kobo_form.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    first_id: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[str] = mapped_column(String(64))
    list_id: Mapped[str] = mapped_column(String(16))
    row: Mapped[int] = mapped_column()


class KoboMark(Base):
    """Decision on what a form of attendance said of one place of a register, by public ids, until
    December 2026. It is not read any more."""

    __tablename__ = "kobo_mark"
    __table_args__ = (
        UniqueConstraint("form_id", "slot", "entry"),
        CheckConstraint("state in ('', 'accepted', 'out')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("kobo_form.id"))
    slot: Mapped[str] = mapped_column(String(16))
    entry: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8), default="")
    said: Mapped[str] = mapped_column(String(200), default="")
    choice: Mapped[str] = mapped_column(String(16), default="")
    draft: Mapped[str | None] = mapped_column(String(16))
    draft_said: Mapped[str] = mapped_column(String(200), default="")
    decided_by: Mapped[str] = mapped_column(String(16), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SubmissionKey(PublicId, Base):
    """A key to which phones encrypted until December 2026. The private half is a document of the
    vault; neither is read any more."""

    __tablename__ = "submission_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(Text)
    document_id: Mapped[int] = mapped_column(ForeignKey("vault_document.id"), index=True)
    made_by: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
