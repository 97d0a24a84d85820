"""The database is read through while the site serves, so that damage is told of before the last
good backup is gone.

Once an hour the worker reads tables for some seconds and goes on the next hour where it stopped, so
a small database is read whole each hour and a large one part by part. SQLite compares each table
with its indexes; the pages of no table are looked at by a backup and by `flask database check`.
PostgreSQL reads every value, which trips over what its own checksums refuse, and compares indexes
where the extension amcheck is installed. A value that was altered without breaking a page of SQLite
is found by neither; what is sealed then no longer opens.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import structlog
from flask import Flask, current_app
from flask.cli import AppGroup

from kash.platform.condition import DatabaseCheck, keep_check, last_check
from kash.platform.database import utc_now
from kash.platform.faults import Fault, fault_of
from kash.platform.operations.migrations import plain_postgresql_url
from kash.settings import Settings

# How long tables are read in one hour; the one that is begun is read to its end.
SECONDS_A_PART = 10.0

log = structlog.get_logger("kash.platform.operations")

# What is damaged if no table is: the list of free pages, or pages that belong to nothing.
NO_TABLE = "pages of no table"

# Each table's name with what says whether it is in order.
Tables = dict[str, Callable[[], bool]]


def check_part(
    settings: Settings, now: datetime, *, seconds: float = SECONDS_A_PART
) -> DatabaseCheck:
    """Read on where the last part stopped, for `seconds` or to the end of the round."""
    check = last_check(settings)
    until = time.monotonic() + seconds
    if not check.next_table:
        # A round begins; what is noted from here on belongs to it.
        check = replace(check, round_found=False)
        keep_check(settings, check)
    with _opened(settings) as tables:
        names = sorted(tables)
        left = [name for name in names if name >= check.next_table] or names
        while left:
            check = _looked_at(check, left.pop(0), tables, now)
            if time.monotonic() >= until:
                break
    check = _with_what_was_noted(settings, check)
    if left:
        check = replace(check, next_table=left[0])
    elif check.round_found:
        check = replace(check, next_table="")
    else:
        check = replace(check, next_table="", damaged_at=None, whole_at=now)
    keep_check(settings, check)
    return check


def check_whole(settings: Settings, now: datetime) -> list[str]:
    """Read everything at once; the names of the tables that are damaged.

    Of SQLite also the pages that belong to no table, as a backup and a restore do.
    """
    began = replace(last_check(settings), next_table="", round_found=False)
    keep_check(settings, began)
    with _opened(settings) as tables:
        damaged = [name for name in sorted(tables) if not tables[name]()]
    check = _with_what_was_noted(settings, began)
    if damaged:
        check = replace(check, damaged_at=check.damaged_at or now)
    elif settings.database_file and not _is_whole(settings.database_file):
        damaged = [NO_TABLE]
        check = replace(check, whole_found_at=check.whole_found_at or now)
    elif not check.round_found:
        check = replace(check, damaged_at=None, whole_found_at=None, whole_at=now)
    keep_check(settings, check)
    return damaged


def _with_what_was_noted(settings: Settings, known: DatabaseCheck) -> DatabaseCheck:
    """With the damage that pages and backups came upon while tables were being read."""
    noted = last_check(settings)
    if noted.round_found and noted.damaged_at:
        known = replace(known, round_found=True, damaged_at=known.damaged_at or noted.damaged_at)
    return replace(known, whole_found_at=noted.whole_found_at)


def _looked_at(known: DatabaseCheck, name: str, tables: Tables, now: datetime) -> DatabaseCheck:
    if tables[name]():
        return known
    log.error("database_damaged", table=name)
    return replace(known, round_found=True, damaged_at=known.damaged_at or now)


def _opened(settings: Settings) -> Any:
    return _sqlite(settings) if settings.database_file else _postgresql(settings)


@contextmanager
def _sqlite(settings: Settings) -> Iterator[Tables]:
    """SQLite's tables. Each is read in a moment of its own, since a long read keeps the
    write-ahead log from being emptied."""
    address = f"file:{settings.database_file}?mode=ro"
    with closing(
        sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)
    ) as connection:
        rows = _or_none(lambda: connection.execute(_TABLES).fetchall())
        if rows is None:
            # Not even what tables there are can be read.
            yield {"sqlite_schema": lambda: False}
            return
        yield {name: partial(_is_in_order, connection, name) for (name,) in rows}


def _is_whole(database: Path) -> bool:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return bool(
            _or_none(lambda: connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
        )


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'"


def _is_in_order(connection: sqlite3.Connection, table: str) -> bool:
    quoted = '"' + table.replace('"', '""') + '"'
    return bool(
        _or_none(
            lambda: (
                connection.execute(f"PRAGMA integrity_check({quoted})").fetchall() == [("ok",)]
                and not connection.execute(f"PRAGMA foreign_key_check({quoted})").fetchall()
            )
        )
    )


@contextmanager
def _postgresql(settings: Settings) -> Iterator[Tables]:
    import psycopg

    with psycopg.connect(plain_postgresql_url(settings), autocommit=True) as server:
        names = [
            index[0]
            for index in server.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            )
        ]
        (checks_indexes,) = server.execute(_MAY_CHECK_INDEXES).fetchone() or (None,)
        yield {name: partial(_is_readable, server, name, bool(checks_indexes)) for name in names}


# No answer where amcheck is not installed.
_MAY_CHECK_INDEXES = (
    "SELECT has_function_privilege(to_regprocedure('bt_index_check(regclass)'), 'EXECUTE')"
)


def _is_readable(server: Any, table: str, checks_indexes: bool) -> bool:
    return bool(_or_none(lambda: _read(server, table, checks_indexes)))


def _read(server: Any, table: str, checks_indexes: bool) -> bool:
    """Read every value of a table, and compare its indexes if that can be done."""
    from psycopg import sql

    with server.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as values:
            for _piece in values:
                pass
        if checks_indexes:
            cursor.execute(
                "SELECT bt_index_check(indexrelid) FROM pg_index"
                " JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam"
                " WHERE indrelid = to_regclass(quote_ident(%s))"
                " AND amname = 'btree' AND indisvalid",
                (table,),
            )
    return True


def _or_none(look: Callable[[], Any]) -> Any:
    """Outcome of a look; None if it comes upon damage. Anything else that fails is raised: it says
    nothing of the database."""
    try:
        return look()
    except Exception as error:
        if fault_of(error) is Fault.DAMAGED:
            return None
        raise


database_commands = AppGroup("database", help="Whether the database is whole.")


@database_commands.command("check")
def check_command() -> None:
    """Read the whole database now; fails if anything is damaged."""
    damaged = check_whole(current_app.config["SETTINGS"], utc_now())
    for name in damaged:
        click.echo(f"damaged: {name}", err=True)
    if damaged:
        raise SystemExit(1)
    click.echo("The database is whole.")


# Not when reports are mixed: each would keep the other from what it reads or writes.
def check_a_part() -> None:
    """Check the part of this hour."""
    check_part(current_app.config["SETTINGS"], utc_now())


def init_database_check(app: Flask) -> None:
    """Add `flask database check`."""
    app.cli.add_command(database_commands)
