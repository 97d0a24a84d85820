"""Taking away the order in which reports arrived from where the databases keep it.

PostgreSQL writes beside each row the number of the transaction that wrote it, and lays rows down in
their order; SQLite takes the pages of a file in their order. Set beside sessions and the audit,
whose times are known, either would tell when a report arrived, and so perhaps from whom. Once an
hour everything is therefore written anew, at once and in the order of random keys.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from kash.platform.database import db
from kash.platform.vault import DocumentKey
from kash.platform.vault.scrubbing import empty_log

_log = structlog.get_logger("kash.incidents")

# Milliseconds for which one try may keep everybody from reports.
_LOCK_WAIT = 2000
_TRIES = 3

# Each table with a column that is written anew, so that all of its rows share one transaction. A
# body is put together anew as well: where it lies apart, its number would tell its place.
_TABLES = {
    "vault_document": "body = body || ''::bytea",
    "vault_document_key": "wrapped = wrapped || ''::bytea",
    "incident": "state = state",
    "letterbox": "body = body || ''::bytea",
    "filing_quota": "body = body || ''::bytea",
    "incident_draft": "code_hash = code_hash",
    "incident_draft_screen": "screen = screen",
}


def mix_reports() -> None:
    """Write all sealed documents and what names them anew, if any arrived since the last time."""
    db.session.rollback()
    with _alone() as connection:
        if connection.dialect.name == "postgresql":
            _mix_on_postgresql(connection)
        else:
            _mix_on_sqlite(connection)


@contextmanager
def _alone() -> Iterator[Connection]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _mix_on_postgresql(connection: Connection) -> None:
    if not any(_arrived(connection, table) for table in _TABLES):
        return
    for table, anew in _TABLES.items():
        # In the order of keys first, so that what is put together anew is so in that order too.
        if not _clustered(connection, table):
            return
        connection.execute(text(f"UPDATE {table} SET {anew}"))  # noqa: S608 - names of our own
        if not _clustered(connection, table):
            # The next hour has to see that something is left.
            one = f"ctid = (SELECT ctid FROM {table} LIMIT 1)"  # noqa: S608 - the same
            connection.execute(text(f"UPDATE {table} SET {anew} WHERE {one}"))  # noqa: S608
            return


def _clustered(connection: Connection, table: str) -> bool:
    """Lay a table's rows down in the order of their keys; whether that is done.

    It waits for whoever reads the table, such as a backup, and everybody else waits behind it, so
    it waits for a moment only.
    """
    connection.execute(text(f"SET lock_timeout = '{_LOCK_WAIT}ms'"))
    try:
        for _ in range(_TRIES):
            try:
                connection.execute(text(f"CLUSTER {table} USING pk_{table}"))
            except OperationalError:
                continue
            return True
    finally:
        connection.execute(text("RESET lock_timeout"))
    _log.info("reports_not_mixed", error="TableHeldUp")
    return False


def _arrived(connection: Connection, table: str) -> bool:
    written = text(f"SELECT count(DISTINCT xmin::text) > 1 FROM {table}")  # noqa: S608
    return bool(connection.execute(written).scalar())


def _mix_on_sqlite(connection: Connection) -> None:
    filed = select(DocumentKey.document_id).where(DocumentKey.form == "filed").limit(1)
    if connection.execute(filed).first() is None:
        return
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - for the type: the connection is open
    if raw.in_transaction:
        raw.rollback()
    try:
        raw.execute("VACUUM")
    except sqlite3.OperationalError as error:
        # Somebody is writing: the next hour does it.
        _log.info("reports_not_mixed", error=type(error).__name__)
        return
    if not empty_log(raw):
        _log.info("reports_not_mixed", error="LogHeldUp")
