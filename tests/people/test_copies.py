"""The copy of one's own records: words in it that its reader knows, whichever she reads. A person
who is handed names of columns was told nothing."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale

from kash.feature import declared
from kash.people.documents import packed_copy
from kash.people.erasure import OpenedForHer
from kash.people.facts import FACTS
from kash.people.models import Person
from kash.people.queries.copies import RowsOfPeople, copy_of, told_columns
from kash.people.words import COLUMNS, TABLES, column_word, table_word
from kash.platform.database import db

pytestmark = pytest.mark.any_engine


def _told() -> dict[str, set[str]]:
    """All that a copy may tell: by table the names of its columns."""
    found = {"person": {name for name, _column in told_columns(Person.__table__.columns)}}
    for one in RowsOfPeople().deepest_first:
        names = {name for name, _column in told_columns(one.table.columns)}
        found.setdefault(one.table.name, set()).update(names)
    for way in declared(OpenedForHer):
        table, _dot, column = way.name.partition(".")
        found[table].add(column.removesuffix("_sealed"))
    return found


@pytest.mark.usefixtures("app")
def test_all_that_a_copy_tells_has_a_word():
    told, facts = _told(), {one.name for one in FACTS}
    labels = {one.table.name: one.label for one in RowsOfPeople().deepest_first if one.label}
    nameless = {
        f"{table}.{name}"
        for table, names in told.items()
        for name in names
        if name not in COLUMNS.keys() | facts and f"{table}.{name}" not in COLUMNS
    }
    assert nameless == set()
    assert told.keys() - labels.keys() - TABLES.keys() == set()
    # Nor is there a word for what nobody is told.
    known = set().union(*told.values()) | {
        f"{t}.{name}" for t, names in told.items() for name in names
    }
    assert COLUMNS.keys() - known == set()
    assert TABLES.keys() - (told.keys() - labels.keys()) == set()


def test_no_word_of_it_is_the_name_of_a_column_in_either_language(app):
    with app.test_request_context():
        for language in ("en", "sw"):
            with force_locale(language):
                words = [
                    column_word(table, name) for table, names in _told().items() for name in names
                ]
                words += [table_word(table, "") for table in TABLES]
            assert [word for word in words if re.search(r"_|\b(id|cents_|sealed)\b", word)] == []


def test_who_reads_it_has_words_and_programs_have_names(app):
    copied = {
        "person": [{"chosen_name": "Akinyi", "sex": "female", "minor": False, "birth_year": 1990}],
        "certificate": [{"issued_on": date(2026, 11, 16), "serial": "K7RM2WQX4NVH"}],
        "message_choice": [{"set_at": datetime(2026, 11, 16, 6, 30, tzinfo=UTC)}],
    }

    def read(language: str) -> tuple[list[str], object]:
        with app.test_request_context(), force_locale(language):
            packed = zipfile.ZipFile(
                io.BytesIO(packed_copy(copied, {"certificate": "Certificates"}))
            )
            page = packed.read("copy.html").decode()
            return re.findall(r"<(?:h2|dt|dd)>([^<]*)<", page), json.loads(packed.read("copy.json"))

    words, names = read("en")
    assert words == [
        "Person", "Chosen name", "Akinyi", "Sex", "Female", "Under 18", "no", "Birth year", "1990",
        "Certificates", "Issued on", "16 November 2026", "Serial", "K7RM2WQX4NVH",
        "How messages reach you", "Set", "16 Nov 2026, 09:30",
    ]  # fmt: skip
    told, same = read("sw")
    assert same == names
    assert [one for one in told if one in words] == [
        "Akinyi", "1990", "Certificates", "K7RM2WQX4NVH", "16 Nov 2026, 09:30",
    ]  # fmt: skip
    assert names["message_choice"] == [{"set_at": "2026-11-16T06:30:00+00:00"}]  # type: ignore[index]


def test_a_copy_is_not_full_of_what_nobody_ever_said(person, row):
    empty = {"printed_name": "", "birth_year": None, "cadre": "", "reference": ""}
    (told,) = copy_of(db.session(), row(person(**empty)), hers=True, contacts=True)["person"]
    assert told["ward"] == "Ward-of-77"
    # A no is an answer.
    assert {name: value for name, value in told.items() if not value} == {"minor": False}
    db.session.rollback()
