"""Every table filled at its bounds: the largest numbers, the longest texts, the latest days."""

import random
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Table,
    Time,
    insert,
    select,
)
from sqlalchemy.exc import DataError, IntegrityError

from kash.exchange.archive.writing_out import kept_tables
from kash.platform.database import UtcDateTime

MOST_TRIES = 1000
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w'])-?\d+(?![\w'])")


def _largest(column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, BigInteger):
        return 2**62
    if isinstance(kind, SmallInteger):
        return 2**15 - 1
    if isinstance(kind, Integer):
        return 2**31 - 1
    if isinstance(kind, Numeric):
        whole = (kind.precision or 9) - (kind.scale or 0)
        return Decimal(10**whole - 1)
    if isinstance(kind, UtcDateTime):
        return datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    if isinstance(kind, Date):
        return date(9999, 12, 31)
    if isinstance(kind, Time):
        return time(23, 59, 59)
    if isinstance(kind, LargeBinary):
        return bytes(range(256)) * 300
    if isinstance(kind, JSON):
        return {"é": [None, 2**53, 1.5, "\u2028 “x”", {}]}
    if isinstance(kind, String):
        return "é" * (kind.length or 70_000)
    raise AssertionError(f"{column} is of a kind that is not thought of")


def _others(column: Column[Any], constraints: str) -> list[Any]:
    """Values that a constraint of its table may ask for."""
    kind = column.type
    others: list[Any] = [None] if column.nullable else []
    if isinstance(kind, Boolean):
        return [*others, False]
    if isinstance(kind, Integer):
        numbers = [int(number) for number in _NUMBER.findall(constraints)]
        numbers = [0, 1, 2, *numbers, *(number - 1 for number in numbers)]
        return [*others, *(number for number in numbers if abs(number) <= _largest(column))]
    if isinstance(kind, Numeric):
        return [*others, Decimal(0), Decimal(1)]
    if isinstance(kind, UtcDateTime):
        return [*others, datetime(1, 1, 1, tzinfo=UTC)]
    if isinstance(kind, Date):
        return [*others, date(1, 1, 1), date(2026, 1, 1)]
    if isinstance(kind, Time):
        return [*others, time(0)]
    if isinstance(kind, String) and not isinstance(kind, JSON):
        words = [word.replace("''", "'") for word in _QUOTED.findall(constraints)]
        words = [word for word in words if len(word) <= (kind.length or 99)]
        return [*others, *words, "", "a" * (kind.length or 70_000), "b" * (kind.length or 70_000)]
    return others


def fill(connection: Connection) -> None:
    """One more row in every table that an archive holds, as large as its constraints let it be.

    A row refers to one row of each table that it depends on. What a constraint refuses is replaced
    by other values until the row is taken, the same in every run. Raises AssertionError for a table
    that takes none of them.
    """
    for table in kept_tables():
        # Links of a chain, each made from the one before.
        if table.name.startswith("audit"):
            continue
        assert _fill(connection, table), f"{table.name} takes no row"
        # Some rows refer to two of another table, which may have to differ.
        _fill(connection, table)


def _fill(connection: Connection, table: Table) -> bool:
    """Add a row; False if none was taken."""
    chance = random.Random(table.name)
    rules = {
        str(rule.name): str(rule.sqltext)
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }
    bound = {key.parent.name: key for key in table.foreign_keys}
    choices: dict[str, list[Any]] = {}
    for column in table.columns:
        if column is table.autoincrement_column:
            # The database counts these itself, from the rows that are there.
            continue
        key = bound.get(column.name)
        if key is None:
            choices[column.name] = [_largest(column), *_others(column, " ".join(rules.values()))]
        elif key.column.table is table:
            choices[column.name] = [None] if column.nullable else [_largest(column)]
        else:
            last = connection.scalars(select(key.column).order_by(key.column.desc()).limit(2))
            choices[column.name] = [*last, *([None] if column.nullable else [])]
    row = {name: values[0] for name, values in choices.items()}
    for _try in range(MOST_TRIES):
        try:
            with connection.begin_nested():
                connection.execute(insert(table).values(row))
            return True
        except (DataError, IntegrityError) as error:
            told = str(error.orig)
        about = next((rule for name, rule in rules.items() if name in told), told)
        named = [name for name in choices if re.search(rf"\b{name}\b", about)]
        for name in named or choices:
            row[name] = chance.choice(choices[name])
    return False
