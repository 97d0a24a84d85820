"""Rows for tests of queries: what a test doesn't say of a row is filled in, its parents with it.

Queries are asked of rows that services would hardly leave together in one test: one for each
condition, and one that just does not meet it. The fixture `as_it_was` takes them back.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import JSON, Column, TypeDecorator, inspect
from sqlalchemy.orm import RelationshipProperty

from kash.platform.database import Base, db, new_public_id

Row = TypeVar("Row", bound=Base)

# The day of a test, the moment at which it asks, and one day.
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
_NUMBERS = count(1)
_MOMENT = datetime(2026, 1, 5, 6, tzinfo=UTC)


def row(kind: type[Row], /, **values: Any) -> Row:
    """A row that is stored, with these values by column or relationship. What it must have besides
    is any value of its type, and for a foreign key a row of its own."""
    mapper = inspect(kind)
    given = set(values)
    for name in list(values):
        found = mapper.relationships.get(name)
        if isinstance(found, RelationshipProperty):
            given |= {mapper.get_property_by_column(one).key for one in found.local_columns}
    for column in mapper.local_table.columns:
        key = mapper.get_property_by_column(column).key
        if key not in given and _must_be_given(column):
            values[key] = _value(column)
    made = kind(**values)
    db.session.add(made)
    db.session.flush()
    return made


def _must_be_given(column: Column[Any]) -> bool:
    filled = column.default is not None or column.server_default is not None
    return not (column.nullable or filled or (column.primary_key and not column.foreign_keys))


def _value(column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        target = key.column.table
        parent = next(one for one in Base.registry.mappers if one.local_table is target)
        return getattr(row(parent.class_), parent.get_property_by_column(key.column).key)
    if column.name == "public_id":
        return new_public_id()
    number = next(_NUMBERS)
    if isinstance(column.type, JSON):
        return {}
    stored = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    kind = stored.python_type
    if kind is str:
        length = getattr(column.type, "length", None) or 80
        return f"{column.name} {number}"[-length:]
    return {
        int: 1 + number % 99,
        bool: False,
        bytes: b"%d" % number,
        datetime: _MOMENT,
        date: _MOMENT.date(),
        time: time(9),
    }[kind]
