"""Clearing a box that was deleted out of the database's own files."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from kash.platform.database import db
from kash.platform.vault import scrub

_TRIES = 3
_PATIENCE = 20.0


def clear_box() -> None:
    """Leave nothing of deleted boxes in the database's files.

    Readers can hold it up; then the worker does it within minutes. Even until then nobody could
    open what is left: the key was never in the database, and is destroyed.
    """
    _clear(1.0)


def clear_box_patiently() -> None:
    """The same, by the worker, whom nobody waits for."""
    _clear(_PATIENCE)


def something_is_left() -> bool:
    """True if PostgreSQL's table holds anything although no form is open. On SQLite the log is
    emptied every minute in any case (`incidents.services.letterbox`)."""
    if db.engine.dialect.name == "sqlite":
        return False
    size = "SELECT pg_relation_size(oid) FROM pg_class WHERE relname = 'evaluation_box'"
    return bool(db.session.scalar(text(size)))


def _clear(patience: float) -> None:
    if db.engine.dialect.name == "sqlite":
        scrub(patience)
        return
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET lock_timeout = '1s'"))
        try:
            for _ in range(_TRIES):
                try:
                    # Written anew, since a page keeps the bytes of a row that is gone.
                    connection.execute(text("VACUUM (FULL) evaluation_box"))
                except OperationalError:
                    continue
                return
        finally:
            connection.execute(text("RESET lock_timeout"))
