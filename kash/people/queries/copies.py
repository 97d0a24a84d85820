"""Reads: all that is held about one person, as the copy that she may ask for tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, LargeBinary, select
from sqlalchemy.orm import Session

from kash.feature import declared
from kash.people.erasure import OpenedForHer
from kash.people.models import Person
from kash.people.queries.erasing import RowsOfPeople
from kash.platform.vault import SealError, open_text

# What tells somebody nothing of herself: keys of rows and phones, hashes, and who typed it in.
_TECHNICAL = frozenset(
    {"id", "public_id", "op_id", "device", "device_sequence", "device_time", "row_version"}
    | {"sort_name", "expected_version", "version", "claim", "batch"}
)
_ENDINGS = ("_by", "_hash", "_lookup", "_digest", "_key")
# To others, rows about two people would tell of the one what is kept of the other, and a wish to be
# erased is for whoever noted it and whoever decides.
_HERS_ALONE = frozenset({"likely_duplicate", "erasure_request"})
_NAMING = ("chosen_name", "public_title", "title", "name", "label", "starts_at", "day", "purpose")

Told = dict[str, Any]


def copy_of(
    session: Session, person: Person, *, hers: bool, contacts: bool
) -> dict[str, list[Told]]:
    """{what it is: its rows}. What is sealed is opened for herself alone, her `contacts` only if
    nobody else could be behind her account; and nobody else is told of her account, as when she
    signed in would say when she reported something."""
    rows = RowsOfPeople()
    opened = {one.name: one for one in declared(OpenedForHer)} if hers else {}
    own = select(Person.__table__).where(Person.id == person.id)
    found: dict[str, list[Told]] = {}
    for row in session.execute(own).mappings():
        told = _told(session, Person.__table__.columns, dict(row))
        for which in ("phone", "email"):
            sealed = row[f"{which}_sealed"]
            if sealed is not None and contacts:
                told[which] = open_text(sealed, kind=f"person.{which}", public_id=row["public_id"])
        found["person"] = [told]
    for one in reversed(rows.deepest_first):
        table = one.table
        if not hers and (table.name in _HERS_ALONE or one.of_account):
            continue
        lines = found.setdefault(table.name, [])
        for row in session.execute(select(table).where(rows.hers(one.name, person.id))).mappings():
            told = _told(session, table.columns, dict(row))
            for column in table.columns:
                way = opened.get(f"{table.name}.{column.name}")
                if way is not None and row[column.name] is not None:
                    told[column.name.removesuffix("_sealed")] = _opened(session, way, dict(row))
            if told and told not in lines:
                lines.append(told)
    return {name: lines for name, lines in found.items() if lines}


def _opened(session: Session, way: OpenedForHer, row: Mapping[str, Any]) -> str:
    sealed = row[way.name.partition(".")[2]]
    try:
        return open_text(sealed, kind=way.kind, public_id=way.sealed_for(session, dict(row)))
    except SealError:
        return ""


def _told(session: Session, columns: Any, row: Mapping[str, Any]) -> Told:
    return dict(_cells(session, columns, row))


def told_columns(columns: Iterable[Column[Any]]) -> Iterator[tuple[str, Column[Any]]]:
    """Columns that are told as they are, or by the name of what they lead to; each with the name
    under which it is told."""
    for column in columns:
        if column.name in _TECHNICAL or column.name.endswith(_ENDINGS):
            continue
        if isinstance(column.type, LargeBinary):
            continue
        if not column.foreign_keys or _naming(column) is not None:
            yield column.name.removesuffix("_id"), column


def _cells(session: Session, columns: Any, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, column in told_columns(columns):
        value = row[column.name]
        if value in (None, ""):
            continue
        naming = _naming(column)
        if naming is not None:
            (led,) = column.foreign_keys
            value = session.scalar(select(naming).where(led.column == value))
        if value is not None:
            yield name, value


def _naming(column: Column[Any]) -> Column[Any] | None:
    """The column that names what a column leads to; None if it leads to nothing that is named."""
    for led in column.foreign_keys:
        table = led.column.table
        if table.name not in ("person", "account"):
            return next((table.columns[name] for name in _NAMING if name in table.columns), None)
    return None
