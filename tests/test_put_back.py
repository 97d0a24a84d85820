"""A database that a test finds: as it was prepared, whatever the test before has done to it, and
made anew only where that was needed."""

import os
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text

from kash.platform.database import db

from .conftest import SCHEMA, Ground

CHANGES = (
    "ALTER TABLE person ADD COLUMN more text",
    "ALTER TABLE person DROP COLUMN sort_name",
    "ALTER TABLE person RENAME TO people",
    "ALTER TABLE person ALTER COLUMN sort_name DROP NOT NULL",
    "ALTER TABLE person ADD CONSTRAINT more CHECK (id > 0)",
    "ALTER TABLE audit_entry DISABLE TRIGGER USER",
    "CREATE TABLE more (id int)",
    "CREATE INDEX more ON person (id)",
    "DROP TABLE counted_tries",
    "DROP TRIGGER audit_entry_refuses_update ON audit_entry",
    "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
)


@pytest.mark.services
def test_whatever_a_database_is_built_of_is_missed_or_noticed(postgresql_app):
    before = db.session.scalar(SCHEMA)
    db.session.rollback()
    for change in CHANGES:
        db.session.execute(text(change))
        assert db.session.scalar(SCHEMA) != before, change
        db.session.rollback()
    assert db.session.scalar(SCHEMA) == before


@pytest.mark.services
def test_rows_and_tables_written_anew_change_nothing_of_it(postgresql_app):
    before = db.session.scalar(SCHEMA)
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (FULL) vault_document_key, account"))
        connection.execute(text("VACUUM (ANALYZE) person"))
    assert db.session.scalar(SCHEMA) == before


@pytest.mark.parametrize(
    ("statement", "is_new"),
    [
        ("SELECT 1", False),
        ("CREATE TABLE more (id INTEGER)", False),
        ("PRAGMA wal_checkpoint(TRUNCATE)", True),
    ],
)
def test_what_was_written_to_sqlite_goes_with_its_log_unless_it_was_moved(
    statement, is_new, request
):
    ground: Ground = request.getfixturevalue("_sqlite_ground")
    database = ground.data_dir / "kash.sqlite3"
    looked_at = text("SELECT (SELECT count(*) FROM people_group), count(*) FROM sqlite_schema")

    def found() -> tuple[object, ...]:
        with ground.app.app_context():
            return tuple(db.session.execute(looked_at).one())

    ground.put_back()
    before = found()
    # Held open, so that no new file is given its number.
    with database.open("rb") as file:
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("DELETE FROM people_group")
            other.execute(statement)
        assert found() != before
        ground.put_back()
        assert found() == before
        assert os.path.samestat(os.fstat(file.fileno()), database.stat()) != is_new


def test_a_fork_is_put_back_although_another_left_new_files(request):
    """What is open in all of them is then the file of before."""
    ground: Ground = request.getfixturevalue("_sqlite_ground")

    def groups_after(statement: str) -> int:
        ground.put_back()
        with ground.app.app_context():
            db.session.execute(text("DELETE FROM people_group"))
            db.session.commit()
            db.session.execute(text(statement))
            db.session.remove()
        ground.put_back()
        with ground.app.app_context():
            return db.session.scalar(text("SELECT count(*) FROM people_group")) or 0

    ground.put_back()
    with ground.app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.remove()
    found = []
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "SELECT 1"):
        if (process := os.fork()) == 0:
            os._exit(groups_after(statement))
        found.append(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
    with ground.app.app_context():
        db.engine.dispose()
    assert found == [2, 2]
