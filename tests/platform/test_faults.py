"""What is wrong with the machine is told from our own mistakes by the driver's and the system's
codes, never by words."""

import errno
import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from kash.platform.faults import Fault, fault_of


def of_driver(error: Exception) -> DBAPIError:
    return OperationalError(None, None, error)


def test_a_database_that_may_not_grow_has_no_room():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (a)"))
        connection.execute(text("PRAGMA max_page_count=2"))
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))
    assert fault_of(caught.value) is Fault.NO_ROOM


def test_what_is_no_database_any_more_is_damaged(tmp_path):
    path = tmp_path / "one.sqlite3"
    path.write_bytes(b"x" * 4096)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.Error) as caught:
        connection.execute("SELECT * FROM sqlite_schema")
    assert fault_of(caught.value) is Fault.DAMAGED


def test_a_server_that_is_not_there_gives_no_answer():
    with pytest.raises(psycopg.Error) as caught:
        psycopg.connect("postgresql://nobody@127.0.0.1:1/none")
    assert fault_of(caught.value) is fault_of(of_driver(caught.value)) is Fault.NO_ANSWER


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.ENOSPC, "full"), Fault.NO_ROOM),
        (OSError(errno.EDQUOT, "quota"), Fault.NO_ROOM),
        (OSError(errno.ENOENT, "missing"), None),
        (psycopg.errors.DiskFull(), Fault.NO_ROOM),
        (psycopg.errors.DataCorrupted(), Fault.DAMAGED),
        (psycopg.errors.IndexCorrupted(), Fault.DAMAGED),
        (psycopg.errors.AdminShutdown(), Fault.NO_ANSWER),
        (psycopg.errors.DeadlockDetected(), Fault.BUSY),
        (psycopg.errors.SerializationFailure(), Fault.BUSY),
        (psycopg.errors.UniqueViolation(), None),
        (psycopg.errors.UndefinedTable(), None),
        (psycopg.ProgrammingError(), None),
        (sqlite3.OperationalError("no such table: disk is full"), None),
        (ValueError("no space left on device"), None),
    ],
)
def test_each_is_told_by_its_code(error, fault):
    assert fault_of(error) is fault
    if not isinstance(error, OSError | ValueError):
        assert fault_of(of_driver(error)) is fault
