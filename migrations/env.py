"""Runs migrations on the application's own engine.

On SQLite a batch operation copies a table, drops the old one and renames the copy; with foreign
keys enforced the drop would delete every child. So enforcement is off while migrations run, and
`foreign_key_check` must find nothing afterwards. The copy also loses triggers silently: those that
guard the audit are asserted at the end of every run; the search for names, and the triggers that
keep the history of marks, are made anew.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from kash.attendance.triggers import keep_history
from kash.people.search import mend_search
from kash.platform.database import db
from kash.platform.vault import assert_triggers

config = context.config


class BrokenReferences(RuntimeError):
    """A migration left rows that point to rows which no longer exist."""


def _set_foreign_keys(connection: Connection, on: bool) -> None:
    """Outside a transaction, since SQLite ignores this pragma inside one."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
    cursor.close()


def run_migrations() -> None:
    arguments = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _set_foreign_keys(connection, False)
        try:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                transaction_per_migration=False,
                **arguments,
            )
            with context.begin_transaction():
                context.run_migrations()
                if sqlite:
                    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                    if broken:
                        tables = ", ".join(sorted({row[0] for row in broken}))
                        raise BrokenReferences(f"broken references in: {tables}")
                if db.inspect(connection).has_table("audit_entry"):
                    assert_triggers(connection)
            if connection.in_transaction():
                connection.rollback()
            with connection.begin():
                mend_search(connection)
                keep_history(connection)
        finally:
            if sqlite:
                # Looking at the schema may have begun a transaction, which ignores the pragma.
                if connection.in_transaction():
                    connection.rollback()
                _set_foreign_keys(connection, True)


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database, not into a script.")
run_migrations()
