"""Forms that are read from another server, and by what their rows are known again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.connections.models import Connection
from kash.people.models import Group
from kash.platform.database import Base, Key, Now, PublicId, Short


class KoboForm(PublicId, Base):
    """A form on the server of a connection. `asset` is the server's name for it, `columns` are the
    questions that were answered when its rows were brought in last, `list_id` is the list that
    was made of them, by its public id, and `job` the work that fetches them, or did last.

    The counts are of the last time: all rows, those that were new, and those that were edited.
    """

    __tablename__ = "kobo_form"
    __table_args__ = (UniqueConstraint("connection_id", "asset"),)

    id: Mapped[Key]
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    asset: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    columns: Mapped[list[str]] = mapped_column(default=list)
    list_id: Mapped[Short] = mapped_column(default="")
    job: Mapped[Short] = mapped_column(default="")
    rows_count: Mapped[int] = mapped_column(default=0)
    new_count: Mapped[int] = mapped_column(default=0)
    edited_count: Mapped[int] = mapped_column(default=0)
    fetched_at: Mapped[datetime | None]
    created_by: Mapped[Short]
    created_at: Mapped[Now]

    connection: Mapped[Connection] = relationship()
    group: Mapped[Group] = relationship()


class KoboRow(Base):
    """A version of a row as it stands in a list: by keyed look-ups of its first id and of its
    answers, so that it tells nothing beside the other server's rows. `row` is
    its place in the list."""

    __tablename__ = "kobo_row"
    __table_args__ = (
        Index("ix_kobo_row_form_id_number", "form_id", "number"),
        UniqueConstraint("list_id", "row"),
    )

    id: Mapped[Key]
    form_id: Mapped[int] = mapped_column(ForeignKey("kobo_form.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    first_id: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[str] = mapped_column(String(64))
    list_id: Mapped[Short]
    row: Mapped[int]
