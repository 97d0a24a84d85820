"""Clearing what was deleted out of the database's own files."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from kash.platform.database import db

# Seconds; and milliseconds for which one try may keep everybody from writing.
_PATIENCE = 3.0
_CHECKPOINT_PAUSE = 0.1
_CHECKPOINT_WAIT = 40
_REWRITE_TRIES = 3


def scrub_after_commit() -> None:
    """`scrub`, whatever it answers: what it leaves is tried for again every minute."""
    scrub()


def scrub(patience: float = _PATIENCE) -> bool:
    """Clear what was deleted out of the database's files; whether that is done.

    SQLite overwrites what it deletes; here its write-ahead log is emptied, which readers can hold
    up, so it is tried for `patience` seconds. A try that waits for a reader keeps everybody from
    writing, so each is short and others may write between two. What is not done by then is done by
    the next that succeeds, which is tried every minute (`incidents.services.letterbox`).

    On PostgreSQL the tables are vacuumed, that of the keys is written anew, since a page keeps the
    bytes of a row that is gone; its write-ahead log ages out.
    """
    session = db.session()
    session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            return _scrub_postgresql(connection)
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101 - for the type: the connection is open
        if raw.in_transaction:
            raw.rollback()
        return empty_log(raw, patience)


def empty_log(raw: Any, patience: float = _PATIENCE) -> bool:
    """Empty SQLite's write-ahead log, trying again while readers hold it up; whether it is done."""
    (usual,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute(f"PRAGMA busy_timeout={_CHECKPOINT_WAIT}")
    until = time.monotonic() + patience
    try:
        while True:
            busy, _pages, _moved = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy or time.monotonic() >= until:
                return not busy
            time.sleep(_CHECKPOINT_PAUSE)
    finally:
        raw.execute(f"PRAGMA busy_timeout={usual}")


def _scrub_postgresql(connection: Connection) -> bool:
    connection.execute(text("VACUUM vault_document_key, vault_document"))
    connection.execute(text("SET lock_timeout = '2s'"))
    try:
        for _ in range(_REWRITE_TRIES):
            try:
                connection.execute(text("VACUUM (FULL) vault_document_key"))
            except OperationalError:
                # Somebody reads or writes keys all the while: `flask vault scrub` tries again.
                continue
            return True
    finally:
        connection.execute(text("RESET lock_timeout"))
    return False
