"""The database itself refuses to change the audit chain."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kash.platform.database import db
from kash.platform.vault import TriggersMissing, assert_triggers, audited, install_triggers, verify
from kash.platform.vault.audit import drop_triggers
from kash.policy import SYSTEM

CHANGES = [
    "UPDATE audit_entry SET actor = 'system'",
    "DELETE FROM audit_entry",
    "DELETE FROM audit_entry WHERE seq = 2",
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO audit_entry SELECT seq, at, 'x', action, subjects, previous, mac "
    "FROM audit_entry"
]
ON_POSTGRESQL = ["TRUNCATE audit_entry", "TRUNCATE audit_entry, audit_head CASCADE"]


def test_entries_are_neither_changed_nor_removed(chained):
    for _ in range(3):
        with audited("people.seen", SYSTEM):
            pass
    more = ON_SQLITE if db.engine.dialect.name == "sqlite" else ON_POSTGRESQL
    for statement in CHANGES + more:
        with pytest.raises(DBAPIError) as caught, db.engine.begin() as connection:
            connection.execute(text(statement))
        assert "audit entries are never changed" in str(caught.value.orig)
    assert verify(db.session()).sound


def test_missing_triggers_are_noticed_and_put_back(chained):
    with db.engine.begin() as connection:
        assert_triggers(connection)
        drop_triggers(connection)
        with pytest.raises(TriggersMissing) as caught:
            assert_triggers(connection)
        assert str(caught.value).count("audit_entry_refuses_") == 3
        install_triggers(connection)
        install_triggers(connection)
        assert_triggers(connection)


def test_a_switched_off_trigger_counts_as_missing(chained):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite triggers cannot be switched off")
    with db.engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_refuses_truncate")
        )
        with pytest.raises(TriggersMissing, match="audit_entry_refuses_truncate"):
            assert_triggers(connection)


def test_no_table_needs_no_triggers(chained):
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_entry"))
        assert_triggers(connection)
