"""Finding people by the beginnings of the words of their names, by an index of the database's own.

SQLite has a full-text table beside `person`, kept in step by triggers; PostgreSQL has an index over
the words of `sort_name`. Both are made with the tables, as models know neither. A batch operation
of Alembic on SQLite copies `person` and silently loses the triggers, so every run of migrations
ends with `mend_search`.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Select, event, inspect, literal_column, select, text

from kash.people.models import Person

TABLE = "person_search"
INDEX = "ix_person_search"
MOST_WORDS = 8

# What parts words for PostgreSQL; SQLite parts them at whatever is neither letter nor digit.
_SEPARATORS = '!"#$%&()*+,-./:;<=>?@[\\]^_{|}~–—·•،'
_WORDS = (
    "array_to_tsvector(array_remove(string_to_array("
    f"translate(sort_name, '{_SEPARATORS}', '{' ' * len(_SEPARATORS)}'), ' '), ''))"
)
_TRIGGERS = {
    "person_search_insert": (
        "AFTER INSERT ON person BEGIN "
        "INSERT INTO person_search (rowid, sort_name) VALUES (new.id, new.sort_name); END"
    ),
    "person_search_delete": (
        "AFTER DELETE ON person BEGIN INSERT INTO person_search (person_search, rowid, sort_name) "
        "VALUES ('delete', old.id, old.sort_name); END"
    ),
    "person_search_update": (
        "AFTER UPDATE OF id, sort_name ON person BEGIN "
        "INSERT INTO person_search (person_search, rowid, sort_name) "
        "VALUES ('delete', old.id, old.sort_name); "
        "INSERT INTO person_search (rowid, sort_name) VALUES (new.id, new.sort_name); END"
    ),
}
# From this version on what is deleted is overwritten in the index too, as in the other tables.
_SECURE_DELETE_SINCE = (3, 42, 0)


def words_of(folded: str) -> list[str]:
    """The words of a folded name, at most MOST_WORDS: runs of letters and digits."""
    plain = "".join(sign if sign.isalnum() else " " for sign in folded)
    return plain.split()[:MOST_WORDS]


def ids_named(words: list[str], dialect: str) -> Select[Any]:
    """A select of the ids of everybody of whose name each word begins a word. Not for no words."""
    if dialect == "sqlite":
        found = " AND ".join(f'"{word}"*' for word in words)
        return select(literal_column("rowid")).select_from(
            text(f"{TABLE} WHERE {TABLE} MATCH :named").bindparams(named=found)
        )
    found = " & ".join(f"'{word}':*" for word in words)
    matching = text(f"({_WORDS}) @@ CAST(:named AS tsquery)").bindparams(named=found)
    return select(Person.id).where(matching)


def install_search(connection: Connection) -> None:
    """Make the index from what is in `person`, and have the database keep it in step."""
    if connection.dialect.name != "sqlite":
        # Without a list of what is yet to be sorted in, which every search would read through.
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {INDEX} ON person USING gin (({_WORDS})) "
            "WITH (fastupdate = off)".replace("%", "%%")
        )
        return
    drop_search(connection)
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {TABLE} USING fts5(sort_name, content='person', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0', detail='none', columnsize=0, prefix='1 2 3')"
    )
    if sqlite3.sqlite_version_info >= _SECURE_DELETE_SINCE:
        connection.exec_driver_sql(
            "INSERT INTO person_search (person_search, rank) VALUES ('secure-delete', 1)"
        )
    for name, body in _TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")
    connection.exec_driver_sql("INSERT INTO person_search (person_search) VALUES ('rebuild')")


def drop_search(connection: Connection) -> None:
    """Take the index away."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {INDEX}")
        return
    for name in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")


def missing_triggers(connection: Connection) -> set[str]:
    """The triggers that `person` has lost; on PostgreSQL there are none to lose."""
    if connection.dialect.name != "sqlite":
        return set()
    found = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'person'"
    ).scalars()
    return set(_TRIGGERS) - set(found)


def mend_search(connection: Connection) -> None:
    """Make the index anew if it exists and a migration has cut it off from `person`."""
    if not inspect(connection).has_table(TABLE):
        return
    if missing_triggers(connection):
        install_search(connection)


@event.listens_for(Person.__table__, "after_create")
def _with_the_table(_table: Any, connection: Connection, **_more: Any) -> None:
    install_search(connection)


@event.listens_for(Person.__table__, "before_drop")
def _before_the_table(_table: Any, connection: Connection, **_more: Any) -> None:
    drop_search(connection)
