"""Finding people by the beginnings of the words of their names, by an index of the database's own.

SQLite has a full-text table beside `person`, kept in step by triggers; PostgreSQL has an index over
the words of `sort_name`, and one over the same words by blocks of ids: neither is in any order, so
that only a word together with its block is found without reading all who were ever called so. They
are made with the tables, as models know none of them. A batch operation of Alembic on SQLite copies
`person` and silently loses the triggers, so every run of migrations ends with `mend_search`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    event,
    func,
    inspect,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Session

from kash.people.models import Person

TABLE = "person_search"
INDEX = "ix_person_search"
BLOCKS_INDEX = "ix_person_block_search"
MOST_WORDS = 8
# So many ids are a block. A person who was added last is looked for in two blocks, then in eight
# more: in those ten, of a name that one in eighty has, there are more than any list shows.
BLOCK = 4096
_BLOCKS_AT_A_TIME = (2, 8)

# What parts words for PostgreSQL; SQLite parts them at whatever is neither letter nor digit.
_SEPARATORS = '!"#$%&()*+,-./:;<=>?@[\\]^_{|}~–—·•،'
_PARTED = f"translate(sort_name, '{_SEPARATORS}', '{' ' * len(_SEPARATORS)}')"
_WORDS = f"array_to_tsvector(array_remove(string_to_array({_PARTED}, ' '), ''))"
# Each word after its block and a colon, which no word holds: "12:asha".
_WORDS_IN_BLOCKS = (
    "array_to_tsvector(array_remove(string_to_array("
    f"replace(' ' || {_PARTED}, ' ', ' ' || (id / {BLOCK})::text || ':'), ' '), ''))"
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


def newest_named(
    session: Session,
    words: Sequence[str],
    conditions: Sequence[ColumnElement[bool]] = (),
    *,
    most: int,
) -> list[int]:
    """The ids of people of whose name each word begins a word, those who were added last first; of
    more than `most` no others. Not for no words.

    SQLite reads them from its index in this order and stops.
    """
    if session.get_bind().dialect.name == "sqlite":
        return list(session.scalars(_from_the_table(words, conditions).limit(most)))
    newest = session.scalar(select(func.max(Person.id)))
    people: list[int] = []
    end = 0 if newest is None else newest // BLOCK + 1
    for number in _BLOCKS_AT_A_TIME:
        start = max(end - number, 0)
        some = _from_an_index(_WORDS_IN_BLOCKS, _in_blocks(words, range(start, end)), conditions)
        people += session.scalars(some.limit(most - len(people)))
        if start == 0 or len(people) >= most:
            return people
        end = start
    return list(session.scalars(_from_an_index(_WORDS, _all_of(words), conditions).limit(most)))


def _from_the_table(words: Sequence[str], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    wanted = " AND ".join(f'"{word}"*' for word in words)
    numbers: Select[Any] = select(literal_column("rowid")).select_from(
        text(f"{TABLE} WHERE {TABLE} MATCH :named").bindparams(named=wanted)
    )
    if conditions:
        numbers = select(Person.id).where(Person.id.in_(numbers), *conditions)
    return numbers.order_by(literal_column("rowid").desc())


def _from_an_index(
    vector: str, wanted: str, conditions: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """PostgreSQL reads what is found at once, and would else try everybody in turn."""
    matching = text(f"({vector}) @@ CAST(:named AS tsquery)").bindparams(named=wanted)
    every = (
        select(Person.id)
        .where(matching, *conditions)
        .cte("named")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return select(every.c.id).order_by(every.c.id.desc())


def _all_of(words: Iterable[str]) -> str:
    return " & ".join(f"'{word}':*" for word in words)


def _in_blocks(words: Sequence[str], blocks: range) -> str:
    return " | ".join(f"({_all_of(f'{block}:{word}' for word in words)})" for block in blocks)


def install_search(connection: Connection) -> None:
    """Make the index from what is in `person`, and have the database keep it in step."""
    if connection.dialect.name != "sqlite":
        # Without a list of what is yet to be sorted in, which every search would read through.
        for index, vector in ((INDEX, _WORDS), (BLOCKS_INDEX, _WORDS_IN_BLOCKS)):
            connection.exec_driver_sql(
                f"CREATE INDEX IF NOT EXISTS {index} ON person USING gin (({vector})) "
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
        for index in (INDEX, BLOCKS_INDEX):
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index}")
        return
    for name in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")


def missing_triggers(connection: Connection) -> set[str]:
    """The triggers that `person` has lost; on PostgreSQL there are none to lose."""
    if connection.dialect.name != "sqlite":
        return set()
    triggers = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'person'"
    ).scalars()
    return set(_TRIGGERS) - set(triggers)


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
