"""A database that a test finds on PostgreSQL: made anew if the test before has changed what it is
built of, and only then."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from kash.platform.database import db

from .conftest import SCHEMA

pytestmark = pytest.mark.services


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


def test_whatever_a_database_is_built_of_is_missed_or_noticed(postgresql_app: APIFlask) -> None:
    before = db.session.scalar(SCHEMA)
    db.session.rollback()
    for change in CHANGES:
        db.session.execute(text(change))
        assert db.session.scalar(SCHEMA) != before, change
        db.session.rollback()
    assert db.session.scalar(SCHEMA) == before


def test_rows_and_tables_written_anew_change_nothing_of_it(postgresql_app: APIFlask) -> None:
    before = db.session.scalar(SCHEMA)
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (FULL) vault_document_key, account"))
        connection.execute(text("VACUUM (ANALYZE) person"))
    assert db.session.scalar(SCHEMA) == before
