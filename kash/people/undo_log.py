"""Undo log: changes to rows of any table, written down so that they can be undone exactly.

It holds each row that was touched as it was before and as it is after. Undoing first asks whether
every row still is as it was left, and changes nothing if one is not.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from kash.platform.database import Base

# Columns of any table, old name to new.
_RENAMED = {"edition": "row_version"}
_Place = tuple[str, Any]
_Values = dict[str, Any]


class ChangedSince(Exception):
    """A row is no longer as it was left. `table` is where."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return Base.metadata.tables[model.__tablename__]


def _key(table: Table) -> Any:
    (column,) = table.primary_key.columns
    return column


class RowChanges:
    """Changes that one action of somebody (`by`, a public id) makes, row by row, at one moment."""

    def __init__(self, session: Session, by: str, now: datetime) -> None:
        self.session = session
        self.by = by
        self.now = now
        # Public ids of others that the action concerns, for the audit.
        self.concerned: list[str] = []
        self._before: dict[_Place, _Values | None] = {}

    def rows(self, table: Table, where: ColumnElement[bool]) -> list[_Values]:
        """Rows as they are now, locked, in the order of their keys."""
        self.session.flush()
        rows_locked = self.session.execute(
            select(table).where(where).order_by(_key(table)).with_for_update()
        )
        return [dict(mapping) for mapping in rows_locked.mappings()]

    def _touch(self, table: Table, where: ColumnElement[bool]) -> bool:
        touched = self.rows(table, where)
        for values in touched:
            self._before.setdefault((table.name, values[_key(table).name]), values)
        return bool(touched)

    def update(self, table: Table, where: ColumnElement[bool], values: Mapping[str, Any]) -> None:
        """Change rows."""
        if self._touch(table, where):
            self.session.execute(update(table).where(where).values(**values))

    def delete(self, table: Table, where: ColumnElement[bool]) -> None:
        """Delete rows."""
        if self._touch(table, where):
            self.session.execute(delete(table).where(where))

    def insert(self, table: Table, values: Mapping[str, Any]) -> None:
        """Add a row."""
        self._before[table.name, _inserted(self.session, table, values)] = None

    def replace(self, table: Table, old: Any, new: Any) -> None:
        """Delete a row; whatever referred to it refers to another row of its table from now on."""
        key = _key(table)
        for column in _referring_to(table):
            self.update(column.table, column == old, {column.name: new})
        self.delete(table, key == old)

    def serialised(self) -> bytes:
        """All changes as bytes, before and after. They hold whatever the rows hold: seal them."""
        self.session.flush()
        tables: dict[str, list[Any]] = {}
        for name, key in self._before:
            tables.setdefault(name, []).append(key)
        lines: list[list[Any]] = []
        for name, keys in tables.items():
            now = _present(self.session, Base.metadata.tables[name], keys)
            lines.extend(
                [name, key, _plain(self._before[name, key]), _plain(now.get(key))] for key in keys
            )
        return json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode()


def _inserted(session: Session, table: Table, values: Mapping[str, Any]) -> Any:
    return session.scalar(insert(table).values(**values).returning(_key(table)))


def _referring_to(table: Table) -> list[Any]:
    return [
        foreign_key.parent
        for other in Base.metadata.tables.values()
        for foreign_key in other.foreign_keys
        if foreign_key.column.table is table
    ]


def _present(session: Session, table: Table, keys: list[Any]) -> dict[Any, _Values]:
    key = _key(table)
    present: dict[Any, _Values] = {}
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        for mapping in session.execute(
            select(table).where(key.in_(some)).with_for_update()
        ).mappings():
            present[mapping[key.name]] = dict(mapping)
    return present


def _plain(values: _Values | None) -> _Values | None:
    if values is None:
        return None
    return {name: _written(value) for name, value in values.items()}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, (dict, list)):
        return {"json": value}
    return value


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, written),) = value.items()
    if kind == "moment":
        return datetime.fromisoformat(written)
    if kind == "day":
        return date.fromisoformat(written)
    if kind == "time":
        return time.fromisoformat(written)
    if kind == "bytes":
        return base64.b64decode(written)
    return written


def _as_named_now(values: _Values | None) -> _Values | None:
    # What is undone today may have been written before a column got its name.
    return values and {_RENAMED.get(name, name): value for name, value in values.items()}


def undo(session: Session, written: bytes) -> None:
    """Put every row back as it was before. Raises ChangedSince, then nothing is changed.

    A key that was given to another row meanwhile (SQLite uses keys again) is replaced by a new one,
    wherever it stood.
    """
    session.flush()
    tables: dict[str, dict[Any, tuple[_Values | None, _Values | None]]] = {}
    for name, key, before, after in json.loads(written):
        tables.setdefault(name, {})[key] = (_as_named_now(before), _as_named_now(after))
    for name, rows in tables.items():
        now = _present(session, Base.metadata.tables[name], list(rows))
        for key, (_, after) in rows.items():
            if after is not None and _plain(now.get(key)) != after:
                raise ChangedSince(name)
    order = [table for table in Base.metadata.sorted_tables if table.name in tables]
    for table in reversed(order):
        added = [key for key, (before, _) in tables[table.name].items() if before is None]
        if added:
            session.execute(delete(table).where(_key(table).in_(added)))
    given: dict[_Place, Any] = {}
    for table in order:
        _restore(session, table, tables[table.name], given)


def _restore(
    session: Session,
    table: Table,
    rows: Mapping[Any, tuple[_Values | None, _Values | None]],
    given: dict[_Place, Any],
) -> None:
    key = _key(table)
    led = {
        column.name: foreign_key.column.table.name
        for column in table.columns
        for foreign_key in column.foreign_keys
    }

    def values(before: _Values) -> _Values:
        read = {name: _read(value) for name, value in before.items()}
        for name, other in led.items():
            read[name] = given.get((other, read[name]), read[name])
        return read

    changed = {
        place: (before, after)
        for place, (before, after) in rows.items()
        if before is not None and after is not None
    }

    def leaves(place: Any) -> bool:
        before, after = changed[place]
        return any(before[name] != after[name] for name in led)

    # Rows that go back to their own person make room before the others fill it.
    for place in sorted(changed, key=lambda place: not leaves(place)):
        session.execute(update(table).where(key == place).values(**values(changed[place][0])))
    missing = {place: before for place, (before, after) in rows.items() if before and not after}
    taken = _present(session, table, list(missing))
    for place, before in missing.items():
        stored = values(before)
        if place in taken:
            del stored[key.name]
        given[table.name, place] = _inserted(session, table, stored)
