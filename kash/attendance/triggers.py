"""Triggers that keep the history of marks as it was written, on both engines.

Merging two people moves operations from one to the other, so that alone may change; and taking a
merge back removes the operation that the merge added, whose device is "merge". They stop mistakes
and injected SQL; a copied table loses them on SQLite, so every run of migrations makes them anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, inspect

from kash.attendance.models import MarkOperation

# The device of operations that a merge adds: they alone go again, when it is taken back.
MERGE = "merge"
_TABLE = "mark_operation"
# All that a merge may change.
_MOVED = "person_id"
_REFUSAL = "operations on marks are never changed"
_NAMES = ("mark_operation_refuses_update", "mark_operation_refuses_delete")


def keep_history(connection: Connection) -> None:
    """Make the triggers anew, if there is the table."""
    look = inspect(connection)
    if not look.has_table(_TABLE):
        return
    # While migrations run, the table may not have all of its columns yet.
    fixed = [column["name"] for column in look.get_columns(_TABLE) if column["name"] != _MOVED]
    if connection.dialect.name == "sqlite":
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in fixed)
        for name, when in zip(
            _NAMES, (f"BEFORE UPDATE ON {_TABLE} WHEN {changed}", _deleting()), strict=True
        ):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION mark_operation_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in fixed)
    for name, when in (
        (_NAMES[0], f"BEFORE UPDATE ON {_TABLE} FOR EACH ROW WHEN ({changed})"),
        (_NAMES[1], f"BEFORE DELETE ON {_TABLE} FOR EACH ROW WHEN (OLD.device <> '{MERGE}')"),
        ("mark_operation_refuses_truncate", f"BEFORE TRUNCATE ON {_TABLE} FOR EACH STATEMENT"),
    ):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {_TABLE}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION mark_operation_refuses()"
        )


def _deleting() -> str:
    return f"BEFORE DELETE ON {_TABLE} WHEN OLD.device <> '{MERGE}'"


def _after_create(_table: Any, connection: Connection, **_more: Any) -> None:
    keep_history(connection)


event.listen(MarkOperation.__table__, "after_create", _after_create)
