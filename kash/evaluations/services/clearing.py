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

    What cannot be done by now is done by the next that closes. Even then it could be opened by
    nobody: the key was never in the database, and is destroyed.
    """
    _clear(1.0)


def clear_box_patiently() -> None:
    """The same, by the worker, whom nobody waits for."""
    _clear(_PATIENCE)


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
