"""Clearing SQLite's files of what was deleted, while others read and write."""

import sqlite3
import threading
from pathlib import Path
from random import Random

import pytest

from kash.platform.database import db
from kash.platform.vault import scrub


@pytest.fixture
def path(sqlite_app):
    return Path(str(db.engine.url.database))


def test_a_long_reader_does_not_have_scrubbing_keep_everybody_from_writing(path):
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


def test_the_patience_of_other_statements_is_as_before(sqlite_app):
    scrub()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 10000


def test_copies_that_moving_left_between_pages_go_too(path):
    """SQLite overwrites what it deletes, not the copies that it made while it moved rows."""
    dice = Random(7)
    rows: dict[int, bytes] = {}
    gone: set[bytes] = set()
    with sqlite3.connect(path, isolation_level=None) as writer:
        writer.execute("PRAGMA secure_delete=ON")
        writer.execute("CREATE TABLE sealed (id INTEGER PRIMARY KEY, body BLOB)")

        def write(statement: str, key: int) -> None:
            body = dice.randbytes(dice.choice([300, 1068, 2092, 4140]))
            gone.update({rows[key]} if key in rows else ())
            rows[key] = body
            writer.execute(statement, (body, key))

        for _ in range(300):
            write("INSERT INTO sealed (body, id) VALUES (?, ?)", dice.getrandbits(62))
            write("UPDATE sealed SET body = ? WHERE id = ?", dice.choice(list(rows)))
        for key in list(rows)[::2]:
            writer.execute("DELETE FROM sealed WHERE id = ?", (key,))
            gone.add(rows.pop(key))
    gone -= set(rows.values())

    def left() -> int:
        content = path.read_bytes()
        return sum(body[20:60] in content for body in gone)

    assert scrub(pages=False) is True
    assert left() > 0
    assert scrub() is True
    assert left() == 0


def test_pages_that_a_writer_kept_as_they_were_are_written_anew_by_the_next_try(path):
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA user_version=1")
    writer.execute("BEGIN IMMEDIATE")
    assert scrub(pages=False) is False
    writer.execute("COMMIT")
    assert scrub(pages=False) is True
    assert writer.execute("PRAGMA user_version").fetchone() == (0,)
    writer.close()
