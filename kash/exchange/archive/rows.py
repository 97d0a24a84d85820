"""Rows of tables as lines of JSON, and back: the same line from each engine.

A line holds the columns by name. What the database holds nothing in is left out, so that a JSON
`null` in a column of JSON stays apart from it. Moments, days and hours are in ISO 8601, moments in
UTC; bytes in base64; fractions as text.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, Connection, LargeBinary, Table, select

from kash.platform.database import Base, UtcDateTime
from kash.platform.operations.snapshot import NEVER_KEPT

_AT_A_TIME = 500


def kept_tables() -> list[Table]:
    """The tables of an archive, each after those that its rows refer to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in NEVER_KEPT]


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows of a table in the order of their keys, each a line."""
    columns = list(table.columns)
    # A JSON null and nothing at all are read as the same.
    apart = [column for column in columns if isinstance(column.type, JSON) and column.nullable]
    statement = select(*columns, *(column.is_(None) for column in apart))
    rows = connection.execute(
        statement.order_by(*table.primary_key.columns).execution_options(yield_per=_AT_A_TIME)
    )
    for record in rows:
        values = record[: len(columns)]
        missing = {
            column.name
            for column, empty in zip(apart, record[len(columns) :], strict=True)
            if empty
        }
        line = {
            column.name: _as_json(value)
            for column, value in zip(columns, values, strict=True)
            if value is not None or (column in apart and column.name not in missing)
        }
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        # Engines write the same number with more or fewer noughts at its end.
        return format(value.normalize(), "f")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value


def values_of(table: Table, line: bytes) -> dict[str, Any]:
    """The values of a row by column, as they are to be stored. Raises ValueError, KeyError."""
    read: Mapping[str, Any] = json.loads(line)
    if not isinstance(read, dict) or not set(read) <= {column.name for column in table.columns}:
        raise ValueError("a line that is no row of this table")
    return {
        name: JSON.NULL if value is None else _reader(table.columns[name])(value)
        for name, value in read.items()
    }


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(kind, LargeBinary):
        return lambda text: b64decode(text, validate=True)
    python = None if isinstance(kind, JSON) else kind.python_type
    if python is Decimal:
        return Decimal
    if python is date:
        return date.fromisoformat
    if python is time:
        return time.fromisoformat
    return lambda value: value
