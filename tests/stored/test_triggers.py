"""Triggers of the database, as either engine has them."""

from kash.platform.database import db

from . import compare_stored

_WRITTEN = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type IN ('trigger', 'view')",
    "postgresql": (
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal "
        "UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc "
        # The tests' own begin with their name.
        "WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'tests_%%'"
    ),
}


def test_triggers_are_those_that_were_written_down(both_engines_app, pytestconfig):
    with db.engine.connect() as connection:
        engine = connection.dialect.name
        found = connection.exec_driver_sql(_WRITTEN[engine]).scalars().all()
    lines = [f"{engine}: {' '.join(text.split())}" for text in found]
    assert lines
    compare_stored(pytestconfig, "triggers", lines, lambda line: line.startswith(f"{engine}: "))
