"""Faults of the machine below us, as far as an error of a driver or the system tells."""

from __future__ import annotations

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError


class Fault(StrEnum):
    """A kind of fault that is no mistake of ours or of the person who sent something."""

    NO_ROOM = "no room"
    DAMAGED = "damaged"
    NO_ANSWER = "no answer"
    # Two waited for each other, and one of them was sent away: it can try again.
    BUSY = "busy"


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Of the disk's own errors SQLite tells apart only that it is full; what a quota refuses, and room
# for its index of the log, it reports as a write that failed.
_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.NO_ROOM,
    sqlite3.SQLITE_IOERR_WRITE: Fault.NO_ROOM,
    sqlite3.SQLITE_IOERR_SHMSIZE: Fault.NO_ROOM,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
    sqlite3.SQLITE_IOERR_READ: Fault.DAMAGED,
    sqlite3.SQLITE_IOERR_SHORT_READ: Fault.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: Fault.NO_ANSWER,
}
_BASIC = 0xFF
# PostgreSQL's, by their beginnings: a disk that is full, data or an index that are damaged, a file
# that cannot be read, no connection, a server that is ending or takes no more, and a caller sent
# away since two waited for each other or wrote at once.
_POSTGRESQL = {
    "53100": Fault.NO_ROOM,
    "XX001": Fault.DAMAGED,
    "XX002": Fault.DAMAGED,
    "58030": Fault.DAMAGED,
    "08": Fault.NO_ANSWER,
    "57P0": Fault.NO_ANSWER,
    "53300": Fault.NO_ANSWER,
    "40P01": Fault.BUSY,
    "40001": Fault.BUSY,
}


def fault_of(error: BaseException) -> Fault | None:
    """The fault that an error tells of; None if it tells of none."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        return _SQLITE.get(code) or _SQLITE.get(code & _BASIC)
    if isinstance(error, OSError):
        return Fault.NO_ROOM if error.errno in _NO_ROOM else None
    if hasattr(error, "sqlstate"):
        return _of_postgresql(error)
    return None


def _of_postgresql(error: BaseException) -> Fault | None:
    state = getattr(error, "sqlstate", None)
    if state is None:
        # What broke off, or never came about, has no state.
        return Fault.NO_ANSWER if type(error).__name__ == "OperationalError" else None
    return next((fault for begins, fault in _POSTGRESQL.items() if state.startswith(begins)), None)
