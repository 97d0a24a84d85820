"""The database: tables, public ids, times in UTC, the rule for writing, and turns of writers.

Small statements that run with every action or every mark are put together once and run on the
driver's own connection: SQLAlchemy takes five to ten times as long over one. Drivers in turn take
long over hundreds of single values, so a column of them goes as one text: an array's on PostgreSQL,
JSON on SQLite. All but the values is fixed text.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator
from werkzeug.local import LocalProxy

from kash.platform.faults import Fault, fault_of

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
        rows: Sequence[Any] = self._run(connection, values).fetchall()
        return rows

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


_PATIENCE = 5.0


class _Turns:
    """For each database, the lock by which the threads of this process wait for each other."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def of(self, database: str) -> threading.Lock:
        """The lock of a database."""
        with self._guard:
            return self._locks.setdefault(database, threading.Lock())


_turns = _Turns()
# What was held when this process was forked off is nobody's here.
os.register_at_fork(after_in_child=_turns.forget)


@contextmanager
def in_turn(url: URL) -> Iterator[None]:
    """Have SQLite's writers wait for each other at the door.

    A writer that finds the database locked sleeps longer and longer, up to a tenth of a second,
    while nobody writes at all. Here the threads of a process wait for a lock of theirs, and the one
    that has it for a file beside the database, asleep until the writer closes it: so nobody
    asks again and again, and processes take turns. A thread that has waited long goes on without:
    the database's own lock is what counts. Only the one at the file waits as long as it takes, for
    a process that stands still in the middle of writing, and writes nothing itself meanwhile.
    """
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        yield
        return
    lock = _turns.of(url.database)
    if not lock.acquire(timeout=_PATIENCE):
        yield
        return
    try:
        descriptor = os.open(f"{url.database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            # Closing gives the turn away, and so does dying.
            os.close(descriptor)
    finally:
        lock.release()


NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# A public id as part of a pattern.
PUBLIC_ID = f"[{_ALPHABET}]{{16}}"
_PUBLIC_ID = re.compile(PUBLIC_ID)
# 256 is eight times 32: every character is as likely.
_CHARACTER_OF = _ALPHABET.encode() * 8


def new_public_id() -> str:
    """A random id of 16 Crockford characters (80 bits): all that URLs and papers ever show."""
    return public_id_from(secrets.token_bytes(16))


def is_public_id(text: str) -> bool:
    """True if a text has the form of a public id, whether or not anything has it."""
    return _PUBLIC_ID.fullmatch(text) is not None


def public_id_from(seed: bytes) -> str:
    """The id that a secret seed of 16 bytes or more makes, the same each time."""
    return seed[:16].translate(_CHARACTER_OF).decode()


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on both engines. A naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_AFTER_COMMIT, _HELD = "kash_after_commit", "kash_connection"


class Base(DeclarativeBase):
    """All tables. Constraints are named, so that migrations can find them again."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, list[str]: JSON, dict[str, Any]: JSON},
    )


# Columns of many tables. A short one holds a public id or a fixed word.
Key = Annotated[int, mapped_column(primary_key=True)]
Now = Annotated[datetime, mapped_column(default=utc_now)]
Short = Annotated[str, mapped_column(String(16))]


class PublicId:
    """Gives a table the random id that leaves the system instead of its key."""

    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)


class OneConnection(FlaskSession):
    """A session that answers at once which connection it writes by, and reads anew what it locks.

    SQLAlchemy takes as long to find that out as SQLite over a statement, a dozen times an action.
    """

    def connection(self, *given: Any, **more: Any) -> Connection:
        """The connection of the present transaction."""
        if not given and not more:
            connection: Connection | None = self.info.get(_HELD)
            if connection is not None and connection.in_transaction():
                return connection
        return super().connection(*given, **more)

    # Whatever listens to SQLAlchemy's own event for this costs each statement a tenth of its time.

    def execute(self, statement: Any, params: Any = None, **how: Any) -> Any:
        """As SQLAlchemy's; a row that is locked replaces what was loaded of it before."""
        return super().execute(statement, params, **_read_anew_if_locked(statement, how))

    def scalar(self, statement: Any, params: Any = None, **how: Any) -> Any:
        """The same of the first column of the first row."""
        return super().scalar(statement, params, **_read_anew_if_locked(statement, how))

    def scalars(self, statement: Any, params: Any = None, **how: Any) -> Any:
        """The same of the first columns."""
        return super().scalars(statement, params, **_read_anew_if_locked(statement, how))


def _read_anew_if_locked(statement: Any, how: dict[str, Any]) -> dict[str, Any]:
    """Options by which rows that a statement locks replace what was loaded of them before.

    Asking for a key of an expired object loads the whole row, unlocked. On PostgreSQL somebody else
    may change it until it is locked; without this the object would still say what it said before.
    """
    if getattr(statement, "_for_update_arg", None) is None:
        return how
    options = {**how.get("execution_options", {}), "populate_existing": True}
    return {**how, "execution_options": options}


db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"class_": OneConnection}
)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "busy_timeout=10000",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Questions here read few rows of large tables, which lie in memory or on a disk without moving
    parts. As PostgreSQL is set when it is installed it reads a table whole rather than 500 rows of
    it by their keys, and spends longer on compiling a question than on asking it.
    """
    if isinstance(connection, sqlite3.Connection):
        return
    with connection.cursor() as cursor:
        cursor.execute("SET random_page_cost = 1.1; SET jit = off")
    # What is set goes with the transaction in which it was.
    connection.commit()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        write = connection.get_execution_options().get("kash_writing", False)
        execute_raw(connection, "BEGIN IMMEDIATE" if write else "BEGIN")


# What databases keep to search by, with the tables that SQLite lays under it.
_SEARCH = re.compile(r"_search(_config|_content|_data|_docsize|_idx)?$")


def in_models(_item: Any, name: str | None, _kind: str, reflected: bool, compared: Any) -> bool:
    """True if migrations compare something with the models; not so with what only searching
    needs."""
    return not (reflected and compared is None and _SEARCH.search(name or ""))


def _prepare_migrations(app: Flask) -> Any:
    """Add the `flask db` commands and what they work with, in place of its stand-in.

    A server never asks for them, and is spared the 6 MB that Alembic takes.
    """
    from flask_migrate import Migrate

    Migrate(app, db, render_as_batch=True, compare_type=True, include_object=in_models)
    return app.extensions["migrate"]


# Statements that are put together: up to half as many more are kept, some 60 kB each. What that
# comes to in the end is bounded by the limit on what a web process may hold.
STATEMENTS_KEPT = 150


def init_database(app: Flask) -> None:
    """Bind the engine to the application, values hidden from every error and log."""
    uri = str(app.config["SQLALCHEMY_DATABASE_URI"])
    options: dict[str, Any] = {
        "hide_parameters": True,
        "query_cache_size": STATEMENTS_KEPT,
        # The connection that was used last is used again: one that only a rush needed stays small.
        "pool_use_lifo": True,
    }
    if uri.startswith("sqlite"):
        # A prepared statement holds some 30 kB, in every connection of every process.
        options["connect_args"] = {"cached_statements": 32}
    else:
        options |= {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 5}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        _prepare_migrations(app)
    else:
        app.extensions["migrate"] = LocalProxy(partial(_prepare_migrations, app))


def insertion(session: Session, table: type[Base]) -> Any:
    """An insert that can say `on_conflict_…`: both engines know the clause, each by its own."""
    engine = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return engine.insert(table)


def only_where(condition: str) -> dict[str, Any]:
    """The arguments by which an index holds no rows but those of a condition, on both engines."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def without_order(session: Session, model: type[Base], key: object, column: str = "id") -> None:
    """Give a row that was just added a place that does not tell when that was.

    SQLite numbers the rows of a table in their order, whatever their own key. Nothing elsewhere:
    there `incidents.services.mixing` does it afterwards.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(
            text(f"UPDATE {model.__tablename__} SET rowid = :place WHERE {column} = :key"),  # noqa: S608
            {"place": secrets.randbits(62) + 1, "key": key},
        )


@contextmanager
def writing() -> Iterator[Session]:
    """One write transaction. Whatever was loaded before is expired and read anew.

    Not reentrant: a service is one action, and one service does not call another.
    """
    session = db.session()
    if session.info.get("kash_writing"):
        raise RuntimeError("a service must not call another service inside its transaction")
    session.rollback()
    session.info["kash_writing"] = True
    session.info[_AFTER_COMMIT] = []
    try:
        with in_turn(session.get_bind().engine.url):
            options = {"kash_writing": True}
            session.info[_HELD] = session.connection(execution_options=options)
            yield session
            session.commit()
        after: list[Callable[[], None]] = session.info.pop(_AFTER_COMMIT)
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("kash_writing", None)
        session.info.pop(_HELD, None)
    for call in after:
        with unless_full():
            call()


@contextmanager
def unless_full() -> Iterator[None]:
    """Leave out what is written by the way while the disk is full: reading goes on, and what is
    done already is not told as if it had failed."""
    try:
        yield
    except Exception as error:
        if fault_of(error) is not Fault.NO_ROOM:
            raise


def after_commit(call: Callable[[], None]) -> None:
    """Have `call` run once the present write transaction is durable; never if it fails."""
    db.session().info[_AFTER_COMMIT].append(call)
