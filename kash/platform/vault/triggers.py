"""Triggers that refuse to change or remove audit entries, on both engines.

They stop mistakes and injected SQL. Whoever owns the database can drop them: the chain shows that.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect

_SQLITE = {
    "audit_entry_refuses_update": "BEFORE UPDATE ON audit_entry",
    "audit_entry_refuses_delete": "BEFORE DELETE ON audit_entry",
    # INSERT OR REPLACE removes the old row without waking the trigger on DELETE.
    "audit_entry_refuses_replace": (
        "BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq)"
    ),
}
_POSTGRESQL = {
    "audit_entry_refuses_update": "BEFORE UPDATE ON audit_entry FOR EACH ROW",
    "audit_entry_refuses_delete": "BEFORE DELETE ON audit_entry FOR EACH ROW",
    "audit_entry_refuses_truncate": "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT",
}
_REFUSAL = "audit entries are never changed"


class TriggersMissing(RuntimeError):
    """A migration has dropped triggers of the audit chain."""


def install_triggers(connection: Connection) -> None:
    """Make the triggers anew; for the migration that makes or rebuilds `audit_entry`."""
    if connection.dialect.name == "sqlite":
        for name, event in _SQLITE.items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION audit_entry_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for name, event in _POSTGRESQL.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON audit_entry")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION audit_entry_refuses()"
        )


def drop_triggers(connection: Connection) -> None:
    """Take the triggers away; for a migration that rebuilds the table, and for tests."""
    sqlite = connection.dialect.name == "sqlite"
    for name in _SQLITE if sqlite else _POSTGRESQL:
        on = "" if sqlite else " ON audit_entry"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")


def assert_triggers(connection: Connection) -> None:
    """Raise TriggersMissing if `audit_entry` exists without all of its triggers."""
    if not inspect(connection).has_table("audit_entry"):
        return
    if connection.dialect.name == "sqlite":
        wanted = set(_SQLITE)
        query = "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_entry'"
    else:
        wanted = set(_POSTGRESQL)
        query = (
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass "
            "AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
    missing = wanted - set(connection.exec_driver_sql(query).scalars())
    if missing:
        raise TriggersMissing("audit_entry lacks its triggers: " + ", ".join(sorted(missing)))
