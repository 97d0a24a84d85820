"""Many rows in one statement, and many keys asked for at once, on both engines.

Drivers take long over hundreds of single values, so a column of them goes as one text: an array's
on PostgreSQL, JSON on SQLite. All but the values is fixed text, put together once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection


class Asking:
    """A statement that asks for many keys: each `{name:type}` of its text takes a list of them,
    each `{name}` one value. Run on the driver's own connection, since it is asked for each batch.
    """

    def __init__(self, text: str) -> None:
        self._names: list[tuple[str, bool]] = []
        parts = text.split("{")
        sqlite, postgresql = [parts[0]], [parts[0]]
        for part in parts[1:]:
            inner, rest = part.split("}", 1)
            name, _, kind = inner.partition(":")
            self._names.append((name, bool(kind)))
            sqlite.append("(SELECT value FROM json_each(?))" if kind else "?")
            postgresql.append(f"(SELECT unnest(%s::{kind}[]))" if kind else "%s")
            sqlite.append(rest)
            postgresql.append(rest)
        self._texts = {"sqlite": "".join(sqlite), "postgresql": "".join(postgresql)}

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """What the statement finds."""
        engine = connection.dialect.name
        listed = array_text if engine == "postgresql" else json.dumps
        given = tuple(listed(values[name]) if many else values[name] for name, many in self._names)
        return connection.exec_driver_sql(self._texts[engine], given).all()


class Writing:
    """A statement that inserts many rows; `types` are PostgreSQL's, `ending` what follows."""

    def __init__(
        self, table: str, columns: Sequence[str], types: Sequence[str], ending: str = ""
    ) -> None:
        named, marks = ", ".join(columns), ", ".join("?" * len(columns))
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        self._sqlite = f"INSERT INTO {table} ({named}) VALUES ({marks}) {ending}"  # noqa: S608
        self._postgresql = f"INSERT INTO {table} ({named}) SELECT * FROM unnest({arrays}) {ending}"  # noqa: S608

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert the rows; moments are given by `moments`."""
        if not rows:
            return
        if connection.dialect.name == "postgresql":
            columns = tuple(map(array_text, zip(*rows, strict=True)))
            connection.exec_driver_sql(self._postgresql, columns)
        else:
            connection.exec_driver_sql(self._sqlite, list(rows))


def array_text(values: Iterable[Any]) -> str:
    """Values as PostgreSQL reads an array."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def moments(connection: Connection) -> Callable[[datetime], str]:
    """How an engine keeps moments that are given to its driver as text."""
    if connection.dialect.name == "postgresql":
        return datetime.isoformat
    # As SQLAlchemy writes them there.
    return lambda moment: moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
