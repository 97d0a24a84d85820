"""Trainings of past years: one list with a column for the workshop, whatever its other columns."""

from hypothesis import given
from hypothesis import strategies as st

from kash.people.lists.rules.rows import ReadRow, gathered, together
from kash.people.lists.services.storing import undo_list
from kash.people.models import Person
from kash.platform.database import db

from .conftest import bring, confirm, preview_of, states  # noqa: F401

LIST = """Full name,Svc no,Training title,Training start date,Remarks
Amani Mfano,K-1,Rights on arrest,2019-03-04,came late
Baraka Jaribio,K-2,Rights on arrest,2019-03-04,
Amani Mfano,K-1,Bail; and bond,2021-05-18,
"""
THINGS = st.lists(st.text("abc", min_size=1), max_size=4).map("; ".join)


def told() -> dict[str, str]:
    db.session.rollback()
    return {person.chosen_name: person.earlier for person in db.session.query(Person)}


def test_a_row_for_each_training_makes_one_person_with_all_of_them(bring, trainer, group):  # noqa: F811
    made = bring(trainer, LIST, group=group)
    preview = preview_of(made, trainer)
    assert states(preview) == {2: "new", 3: "new"}
    assert [(line.number, line.why) for line in preview.skipped] == [(4, "again")]
    confirm(made, trainer)
    assert told() == {
        "Amani Mfano": "Rights on arrest, 2019-03-04; Bail; and bond, 2021-05-18",
        "Baraka Jaribio": "Rights on arrest, 2019-03-04",
    }


def test_another_list_adds_and_the_same_one_changes_nothing(bring, trainer, group, browser):  # noqa: F811
    confirm(bring(trainer, LIST, group=group), trainer)
    before = told()
    again = bring(trainer, LIST, group=group)
    assert [listed.comparison.fills for listed in preview_of(again, trainer).rows] == [(), ()]
    confirm(again, trainer)
    assert told() == before
    more = "Name,Code,Workshop\nBaraka Jaribio,K-2,Law and care\n"
    added = bring(trainer, more, group=group)
    confirm(added, trainer)
    assert told()["Baraka Jaribio"] == "Rights on arrest, 2019-03-04; Law and care"
    person = db.session.query(Person).filter_by(chosen_name="Baraka Jaribio").one().public_id
    db.session.rollback()
    assert "Law and care" in browser.get(f"/people/{person}").text
    undo_list(added, trainer)
    assert told() == before


@given(THINGS, THINGS)
def test_what_is_gathered_is_there_once_and_nothing_is_lost(first, more):
    both = gathered(first, more)
    parts = both.split("; ") if both else []
    assert len(parts) == len(set(parts))
    assert set(parts) == {part for text in (first, more) for part in text.split("; ") if part}
    assert gathered(both, more) == both


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["", "x", "y"])), max_size=6))
def test_rows_are_joined_only_with_the_same_persons(said):
    rows = [
        ReadRow(number, name=name, facts={"earlier": training, "ward": ""})
        for number, (name, training) in enumerate(said, 2)
    ]
    joined = together(rows, ())
    # Who says no training stays for herself, as she did before.
    bare = sum(not training for _name, training in said)
    assert len(joined) == bare + len({name for name, training in said if training})
    assert together(rows, [row.number for row in rows]) == rows
