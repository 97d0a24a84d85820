"""Lists in the forms of the field: everybody is there once, with the right facts, or it is told."""

from collections import Counter
from datetime import date

import pytest

from kash.people.lists import previews as rows_read
from kash.people.lists.child import sheets_of
from kash.people.lists.choices import Choices
from kash.people.lists.files import Mapped, ReadFile
from kash.people.lists.previews import ReadList, read_people
from kash.people.lists.rules.rows import ReadRow, TableSheet
from kash.people.models import Group, Organisation, Person
from kash.platform.database import db
from kash.policy import Actor
from tests.people.lists.conftest import confirm
from tests.people.lists.formats import FACTS, FORMS, Form, Told, make

TODAY = date(2026, 11, 24)
SEEDS = range(3)
POLICE = Group(public_id="police", name="Police", letter="A", is_police=True)
COMMUNITY = Group(public_id="community", name="Community", letter="B", is_police=False)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(rows_read, "remembered", lambda *_given: (Mapped(), False))


def read_in(content: bytes, group: str = "community", **more: object) -> ReadList:
    """A file as it is read, in this process and without a database."""
    found = sheets_of(content)
    file = ReadFile(
        tuple(TableSheet(name, tuple(rows)) for name, rows in found["sheets"]),
        found["encoding"],
        found["mixed_rows"],
        found["joined_rows"],
    )
    choices = Choices(group=group, **more)  # type: ignore[arg-type]
    return read_people(file, choices, Actor(public_id="me"), TODAY, [POLICE, COMMUNITY])


def facts_of(row: ReadRow, group: str) -> dict[str, str]:
    return {
        "name": row.name,
        "phone": row.phone,
        "sex": row.fact("sex"),
        "band": row.birth.band,
        "ward": row.fact("ward"),
        "station": row.organisation,
        "rank": row.fact("cadre"),
        "number": row.fact("reference"),
        "group": row.group,
    }


FIELD = {"band": "birth", "station": "organisation", "rank": "cadre", "number": "reference"}


def as_told(row: ReadRow, truth: dict[str, str | Told]) -> dict[str, str | Told]:
    """What came of a row, with what is told of a field in place of one that is to be told."""
    found: dict[str, str | Told] = dict(facts_of(row, ""))
    for name, fact in truth.items():
        if isinstance(fact, Told):
            codes = {each.code for each in row.remarks if each.field == FIELD.get(name, name)}
            kept = found[name] if name != "name" else ""
            found[name] = fact if fact.code in codes and not kept else f"not told: {codes}"
    return found


def faults_of(form: Form, read: ReadList) -> list[object]:
    """Whoever is missing, comes too often, or has another fact than the truth."""
    faults: list[object] = []
    left = list(read.rows)
    for truth in form.people * form.again:
        alike = [row for row in left if as_told(row, truth) == truth]
        if alike:
            left.remove(alike[0])
            continue
        faults.append(
            (truth, [as_told(row, truth) for row in left if row.name == truth["name"]][:2])
        )
    faults += [("nobody's row", facts_of(row, ""), row.remarks) for row in left]
    if len(read.skipped) != form.nobody:
        faults.append(("lines of nobody", read.skipped))
    return faults


@pytest.mark.parametrize("name", FORMS)
def test_everybody_of_a_list_is_there_once_with_the_right_facts_or_told(name):
    for seed in SEEDS:
        form = make(name, seed)
        faults = faults_of(form, read_in(form.content, form.group))
        assert faults == [], (seed, faults[:3])


def test_there_are_thirty_forms_and_more_and_each_makes_the_same_again():
    assert len(FORMS) >= 30
    for name in FORMS:
        made = make(name, 1).people
        assert made == make(name, 1).people
        assert len(made) >= 9
        assert all(set(each) == set(FACTS) for each in made)


def test_what_is_told_and_what_is_wrong_is_never_stored(app, actor, bring):
    """Three lists as they are brought in by a trainer, from the file to the people."""
    trainer = actor("trainer")
    letters = {"police": "A", "community": "B"}
    stored = 0
    for name in (
        "register_with_two_heading_rows",
        "numbers_that_excel_changed",
        "police_and_community_side_by_side",
    ):
        form = make(name, 0)
        group = db.session.query(Group).filter_by(letter=letters.get(form.group, "A")).one()
        chosen = group.public_id if form.group else ""
        confirm(bring(trainer, form.content, "list", chosen), trainer)
        db.session.rollback()
        lost = [each for each in form.people if isinstance(each["phone"], Told)]
        stored += len(form.people) - len(lost)
        assert db.session.query(Person).count() == stored
    groups = Counter(
        row.letter
        for row in db.session.query(Group.letter).join(Person, Person.group_id == Group.id)
    )
    half = sum(each["group"] == "police" for each in form.people)
    assert groups["A"] == half
    assert db.session.query(Organisation).count() == 0


def test_a_question_about_officers_makes_nobody_an_officer():
    form = make("kobo_with_questions_in_200_columns", 0)
    assert read_in(form.content, group="").group != "police"
