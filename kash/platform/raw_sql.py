"""Statements that are put together once and run on the driver's own connection, on both engines.

For the few that run with every action or every mark: SQLAlchemy takes five to ten times as long
over a small statement as the driver. Drivers in turn take long over hundreds of single values, so
a column of them goes as one text: an array's on PostgreSQL, JSON on SQLite. All but the values is
fixed text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_POSTGRESQL = "postgresql"


def execute_raw(connection: Connection, text: str) -> None:
    """Run a fixed text that finds nothing."""
    _run(connection, "execute", text, ())


class RawQuery:
    """A statement whose text has `{name}` for a value and `{name:type}` for a list of them.

    It runs within the transaction that its connection is in. The same name may stand in several
    places. `postgresql` is the text of that engine, with the same names, if it is another.
    """

    def __init__(self, text: str, postgresql: str | None = None) -> None:
        here = text if postgresql is None else postgresql
        places = _PLACE.findall(text)
        self._names = {name for name, _kind in places}
        self._lists = {name for name, kind in places if kind}
        self._sqlite = _PLACE.sub(_for_sqlite, text)
        self._postgresql = _PLACE.sub(_for_postgresql, here.replace("%", "%%"))

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """Rows that the statement finds."""
        found: Sequence[Any] = self._run(connection, values).fetchall()
        return found

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Run a statement that finds nothing. What of the values it does not name is left out."""
        self._run(connection, {name: values[name] for name in self._names})

    def _run(self, connection: Connection, values: dict[str, Any]) -> Any:
        on_postgresql = is_postgresql(connection)
        for name in self._lists:
            given = values[name]
            values[name] = array_text(given) if on_postgresql else json.dumps(given)
        text = self._postgresql if on_postgresql else self._sqlite
        return _run(connection, "execute", text, values)


def _for_sqlite(place: re.Match[str]) -> str:
    name, kind = place.groups()
    return f"(SELECT value FROM json_each(:{name}))" if kind else f":{name}"  # noqa: S608


def _for_postgresql(place: re.Match[str]) -> str:
    name, kind = place.groups()
    return f"(SELECT unnest(%({name})s::{kind}[]))" if kind else f"%({name})s"


class BulkInsert:
    """A statement that inserts many rows; `types` are PostgreSQL's, `ending` what follows."""

    def __init__(
        self, table: str, columns: Sequence[str], types: Sequence[str], ending: str = ""
    ) -> None:
        named, marks = ", ".join(columns), ", ".join("?" * len(columns))
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        self._sqlite = f"INSERT INTO {table} ({named}) VALUES ({marks}) {ending}"  # noqa: S608
        self._postgresql = f"INSERT INTO {table} ({named}) SELECT * FROM unnest({arrays}) {ending}"  # noqa: S608

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert the rows; moments are given by `moment_text`."""
        if not rows:
            return
        if is_postgresql(connection):
            columns = tuple(map(array_text, zip(*rows, strict=True)))
            _run(connection, "execute", self._postgresql, columns)
        elif len(rows) == 1:
            _run(connection, "execute", self._sqlite, rows[0])
        else:
            _run(connection, "executemany", self._sqlite, rows)


def _run(
    connection: Connection, way: str, text: str, values: Sequence[Any] | Mapping[str, Any]
) -> Any:
    """The driver's cursor after a statement. Raises what SQLAlchemy would raise."""
    driver: Any = connection.connection.dbapi_connection
    try:
        return getattr(driver.cursor(), way)(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        if connection.dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            connection.dialect.loaded_dbapi.Error,
            hide_parameters=True,
            dialect=connection.dialect,
        ) from error


def is_postgresql(connection: Connection) -> bool:
    """True if this is PostgreSQL, not SQLite."""
    return connection.dialect.name == _POSTGRESQL


def array_text(values: Iterable[Any]) -> str:
    """Values as PostgreSQL reads an array."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def moment_text(moment: datetime, *, on_postgresql: bool) -> str:
    """A moment as the engine keeps it, for its driver."""
    if on_postgresql:
        return moment.isoformat()
    # As SQLAlchemy writes them there: without the offset, which in UTC is "+00:00".
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:-6]


def moment_from(kept: Any) -> Any:
    """A moment as a driver gives it back, aware and in UTC; None stays None."""
    if kept is None:
        return None
    moment = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
