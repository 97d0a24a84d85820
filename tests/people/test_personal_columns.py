"""Every column of every table says what it holds about a person, so that nothing of somebody
who asked to be erased stays because nobody thought of it."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import JSON, Column, LargeBinary, String

from kash.feature import declared
from kash.people.erasure import (
    AboutThings,
    AfterErasure,
    Beneath,
    FreeText,
    GoesIfNamed,
    HeldElsewhere,
)
from kash.people.queries.search import column_of, references
from kash.people.services.erasing import STONE
from kash.platform.database import Base

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("app")]


def _tables() -> Iterator[Column[object]]:
    for table in Base.metadata.sorted_tables:
        yield from table.columns


def _holds_words(column: Column[object]) -> bool:
    """True for text, JSON and bytes that are no key to another table, no public id, and no account
    that did something."""
    if column.foreign_keys or not isinstance(column.type, (String, JSON, LargeBinary)):
        return False
    by_whom = column.name.endswith("_by") and getattr(column.type, "length", 0) == 16
    return column.name != "public_id" and not by_whom


def _fates() -> dict[str, AfterErasure]:
    """{foreign key to a person, or to rows about her: what becomes of its rows}."""
    found = {one.name: one.erased for one in references()}
    return found | {one.name: one.erased for one in declared(Beneath)}


def _said_of_columns() -> Counter[str]:
    """{column: how often it is declared}, for tables whose rows stay when somebody is erased."""
    said = Counter(f"person.{name}" for name in STONE)
    for name, fate in _fates().items():
        table = name.partition(".")[0]
        said.update(f"{table}.{each}" for each in fate.emptied)
    said.update(one.name for one in declared(FreeText))
    for given_up in declared(GoesIfNamed):
        said.update({given_up.name})
    for held in declared(HeldElsewhere):
        said.update(held.columns)
    for things in declared(AboutThings):
        said.update(f"{things.table}.{column}" for column in things.columns)
    return said


def _gone() -> set[str]:
    return {name.partition(".")[0] for name, fate in _fates().items() if fate.goes}


def test_every_column_says_what_it_holds_about_a_person():
    """Declare a new column in the `personal.py` of its room: `about_things`, `free_texts`, or with
    the foreign key to a person (docs/architecture.md)."""
    said, gone = _said_of_columns(), _gone()
    missing = [
        str(column)
        for column in _tables()
        if _holds_words(column) and column.table.name not in gone and not said[str(column)]
    ]
    assert missing == []


def test_no_column_is_said_to_be_two_things_at_once():
    """A column emptied by one declaration and harmless by another would be neither."""
    assert [name for name, times in _said_of_columns().items() if times > 1] == []


def test_nothing_is_declared_that_is_not_there():
    """A column that was renamed would be left as it is."""
    there = {str(column) for column in _tables()}
    assert [name for name in _said_of_columns() if name not in there] == []
    assert [name for name in _fates() if not column_of(name).foreign_keys] == []


def test_rows_that_go_leave_nobody_who_points_at_them():
    """Else erasing would stop at the first of somebody's rows that another row needs."""
    fates, gone = _fates(), _gone()
    left = [
        str(column)
        for column in _tables()
        for key in column.foreign_keys
        if key.column.table.name in gone
        and str(column) not in fates
        and key.ondelete not in ("CASCADE", "SET NULL")
    ]
    assert left == []


def test_what_is_sealed_says_how_it_is_opened():
    """A sealed text without its kind could not be searched for a name."""
    texts = [*declared(FreeText), *declared(GoesIfNamed)]
    unsure = [
        one.name
        for one in texts
        if isinstance(column_of(one.name).type, LargeBinary) != bool(one.kind)
    ]
    assert unsure == []
