"""The lists of what is stored by name: equal to those that are written down, and a change shows."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from kash import policy
from kash.feature import EXTENSION, Declared
from kash.incidents.rules import parts
from kash.people import erasure
from kash.people.models import Person
from kash.platform.jobs.services import JobKind
from kash.platform.web.parts import ActionWords
from tools.stored import __main__ as stored
from tools.stored import lists
from tools.stored.words import stored_words

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(stored.__file__).parent
ADD_PERSON = "kash/people/services/persons.py"


@pytest.fixture(autouse=True)
def _source_is_not_read(monkeypatch):
    """`check` reads all of the source; here it is read where a test says so."""
    monkeypatch.setattr(lists, "stored_words", lambda _root: [])


def _differences(app: Flask, name: str) -> list[str]:
    present = lists.lists(app, ROOT)
    return stored.differences({name: stored.read(LISTS)[name]}, {name: present[name]})


def _with_parts(app: Flask, monkeypatch: pytest.MonkeyPatch, parts: list[Any]) -> None:
    monkeypatch.setitem(app.extensions, EXTENSION, Declared(parts))


def test_columns_and_routes_are_those_that_were_written_down(sqlite_app):
    assert _differences(sqlite_app, "columns") == []
    assert _differences(sqlite_app, "routes") == []


def test_a_policy_of_erasing_that_is_dropped_is_told(sqlite_app, monkeypatch):
    remaining = [
        part
        for part in sqlite_app.extensions[EXTENSION].parts
        if not (isinstance(part, erasure.FreeText) and part.name == "absence.note_sealed")
    ]
    _with_parts(sqlite_app, monkeypatch, remaining)
    assert _differences(sqlite_app, "columns") == [
        "columns: - column absence.note_sealed: BYTEA / BLOB | "
        "her name is struck out sealed as absence.note",
        "columns: + column absence.note_sealed: BYTEA / BLOB | -",
    ]


def test_a_column_that_may_be_empty_now_is_told(sqlite_app, monkeypatch):
    column = Person.__table__.c.sort_name
    monkeypatch.setattr(column, "nullable", True)
    went, came = _differences(sqlite_app, "columns")
    assert went.startswith(f"columns: - column person.sort_name: {column.type} NOT NULL | ")
    assert came == went.replace("- column", "+ column").replace(" NOT NULL", "")


def test_a_permission_that_reaches_further_is_told(sqlite_app, monkeypatch):
    wider = {**policy.GRANTS["audit.see"], policy.Role.POLICE_PEER: policy.Reach.ALL}
    monkeypatch.setitem(policy.GRANTS, "audit.see", wider)  # type: ignore[arg-type]
    told = _differences(sqlite_app, "routes")
    assert {line.partition(" ")[2].partition(":")[0] for line in told} == {
        f"{sign} {page}"
        for sign in "-+"
        for page in ("accounts.trail", "accounts.trail_by_day", "desk.oversight")
    }
    assert all(("police_peer all" in line) == ("routes: +" in line) for line in told)


def test_an_action_and_a_job_that_are_called_otherwise_are_told(sqlite_app, monkeypatch):
    before = lists.lists(sqlite_app, ROOT)
    others = [
        JobKind("people.sweep", part.work)
        if isinstance(part, JobKind) and part.name == "people.duplicates"
        else ActionWords({**part.words, "people.person_made": ""})
        if isinstance(part, ActionWords) and "people.person_added" in part.words
        else part
        for part in sqlite_app.extensions[EXTENSION].parts
    ]
    _with_parts(sqlite_app, monkeypatch, others)
    assert stored.differences(before, lists.lists(sqlite_app, ROOT)) == [
        "strings: + action: people.person_made",
        "strings: - job: people.duplicates",
        "strings: + job: people.sweep",
    ]


def test_a_field_of_a_sealed_record_that_is_called_otherwise_is_told(sqlite_app, monkeypatch):
    before = lists.lists(sqlite_app, ROOT)
    fields = dict(parts.Happening.model_fields)
    assert f"fields: {' '.join(sorted(fields))}" in stored.read(LISTS)["strings"]
    fields["started_on"] = fields.pop("begun_on")
    monkeypatch.setattr(parts.Happening, "__pydantic_fields__", fields)
    assert stored.differences(before, lists.lists(sqlite_app, ROOT)) == [
        "strings: - fields: about_when begun_on ended_on",
        "strings: + fields: about_when ended_on started_on",
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            'audited("people.person_added"',
            'audited("people.person_made"',
            [("action", "people.person_added"), ("action", "people.person_made")],
        ),
        (
            'kind="person.phone"',
            'kind="person.telephone"',
            [("sealed", "person.phone"), ("sealed", "person.telephone")],
        ),
    ],
)
def test_a_word_that_is_changed_where_it_is_written_is_told(before, after, told, tmp_path):
    text = (ROOT / ADD_PERSON).read_text(encoding="utf-8")
    assert before in text
    place = tmp_path / ADD_PERSON
    place.parent.mkdir(parents=True)
    words = []
    for version in (text, text.replace(before, after)):
        place.write_text(version, encoding="utf-8")
        words.append({(sort, word) for sort, word in stored_words(tmp_path) if sort != "other"})
    assert [*(words[0] - words[1]), *(words[1] - words[0])] == told
    # All that the file says today is written down.
    lines = set(stored.read(LISTS)["strings"])
    assert {f"{sort}: {word}" for sort, word in words[0]} <= lines


def test_a_list_that_is_written_is_equal_until_something_changes(tmp_path, monkeypatch, capsys):
    present = {"strings": ["action: people.person_added", "job: archive.make"]}
    monkeypatch.setattr(stored, "_present", lambda: present)
    assert stored.main(["write"], tmp_path) == 0
    assert stored.main(["check"], tmp_path) == 0
    present["strings"][0] = "action: people.person_made"
    assert stored.main(["check"], tmp_path) == 1
    assert capsys.readouterr().out.splitlines() == [
        "Equal.",
        "strings: - action: people.person_added",
        "strings: + action: people.person_made",
    ]
