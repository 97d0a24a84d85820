"""Emptying SQLite's log while others read and write."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from apiflask import APIFlask

from kash.platform.database import db
from kash.platform.vault import scrub


@pytest.fixture
def path(sqlite_app: APIFlask) -> Path:
    return Path(str(db.engine.url.database))


def test_a_long_reader_does_not_have_scrubbing_keep_everybody_from_writing(path: Path) -> None:
    """A list that is read for seconds held up every write by ten seconds and more."""
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM account").fetchone()
    writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    writer.execute("PRAGMA busy_timeout=10000")
    writer.execute("CREATE TABLE note (id INTEGER PRIMARY KEY)")
    written = threading.Event()
    ended = threading.Event()
    answers: list[bool] = []

    def write() -> None:
        while not ended.is_set():
            writer.execute("INSERT INTO note DEFAULT VALUES")
            written.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(20)
        before = notes(path)
        answers.append(scrub(patience=1.0))
        after = notes(path)
    finally:
        ended.set()
        thread.join()
        reader.close()
        writer.close()
    # The log could not be emptied, and others wrote meanwhile.
    assert answers == [False]
    assert after > before
    assert scrub(patience=5.0) is True


def notes(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM note").fetchone()[0])
    finally:
        connection.close()


def test_the_patience_of_other_statements_is_as_before(sqlite_app: APIFlask) -> None:
    scrub()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 10000
