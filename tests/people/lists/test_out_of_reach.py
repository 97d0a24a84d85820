"""What a list tells of people whom its trainer does not reach: the name, the group, no more."""

from dataclasses import replace
from typing import Any

import pytest

from kash.people.lists.services import confirm_list
from kash.people.lists.services.storing import ListChanged
from kash.people.models import Group, Person
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.people.services.persons import PersonDetails, add_person
from kash.platform.database import db
from tests.people.lists.conftest import DATA, confirm, held, preview_of, states
from tests.people.lists.test_pages import said

NAMES = [
    f"{first}{second}"
    for first in ("Ki", "Mu", "Wa", "Nya")
    for second in (
        "gezo",
        "zoezi",
        "namuna",
        "sampuli",
        "jaribio",
        "mfano",
        "kifani",
        "chora",
        "pembe",
        "tundu",
    )
]
HEADINGS = "Name;Code;Phone;Station;Age\n"


@pytest.fixture
def known(groups, actor):
    """Someone whom another trainer added, with number, phone and station."""
    other = actor("trainer")
    station = add_organisation(OrganisationDetails("Kondele Post", "station"), other)
    details = PersonDetails(
        "Zawadi Kielelezo",
        groups[1].public_id,
        reference="K-77",
        phone="+254722000999",
        organisation=station,
        birth_year=1991,
    )
    add_person(details, other)
    return replace(details, organisation="Kondele Post")


def test_a_phone_or_a_station_of_someone_out_of_reach_makes_no_row_doubtful(
    actor, bring, groups, known
):
    trainer = actor("trainer")
    rows = [f"Amani Mfano;K-{number};{{}};{{}};{{}}\n" for number in range(1, 5)]
    facts = [("", "", ""), ("0722000999", "", ""), ("", "Kondele Post", ""), ("", "", "1991")]
    told = []
    for row, fact in zip(rows, facts, strict=True):
        made = bring(trainer, HEADINGS + row.format(*fact), group=groups[1].public_id)
        (outcome,) = preview_of(made, trainer).outcomes
        told.append((str(outcome.state), outcome.matches, outcome.shared_phone))
    assert told == [("new", (), False)] * 4
    # Nor does the phone make a name that is a little alike any likelier.
    scores = []
    for phone in ("", "0722000999", "0722000998"):
        text = f"{HEADINGS}Zawadi Kielelezo;;{phone};;\n"
        made = bring(trainer, text, group=groups[1].public_id)
        (outcome,) = preview_of(made, trainer).outcomes
        scores.append([(match.score, match.reasons) for match in outcome.matches])
    assert scores[0] == scores[1] == scores[2]
    assert [len(each) for each in scores] == [1, 1, 1]


def test_the_same_phone_is_stored_twice_without_a_word(actor, bring, groups, known):
    trainer = actor("trainer")
    made = bring(trainer, HEADINGS + "Amani Mfano;;0722000999;;30\n", group=groups[1].public_id)
    confirm(made, trainer)
    db.session.rollback()
    phones = [row.phone_lookup for row in db.session.query(Person)]
    assert (len(phones), len(set(phones))) == (2, 1)
    assert held(made, trainer).new_count == 1


def test_a_taken_number_is_said_without_saying_whose_it_is(actor, bring, client_for, groups, known):
    trainer = actor("trainer")
    made = bring(trainer, HEADINGS + "Amani Mfano;K-77;;;30\n", group=groups[1].public_id)
    browser = client_for(trainer)
    page = browser.get(f"/people/lists/{made}")
    assert states(preview_of(made, trainer)) == {2: "wrong"}
    assert "Someone in this group has this number already." in said(page)
    assert "Zawadi" not in page.text
    for decision in ("new", "same"):
        browser.post(f"/people/lists/{made}/rows/2", data={"decision": decision})
        assert states(preview_of(made, trainer)) == {2: "wrong"}
    browser.post(f"/people/lists/{made}/rows/2", data={"reference": "K-78"})
    assert states(preview_of(made, trainer)) == {2: "new"}
    # In another group it is another number.
    made = bring(trainer, HEADINGS + "Amani Mfano;K-77;;;30\n", group=groups[0].public_id)
    assert states(preview_of(made, trainer)) == {2: "new"}


def test_someone_of_the_same_name_is_asked_about(actor, bring, client_for, groups, known):
    trainer = actor("trainer")
    text = f"{HEADINGS}Zawadi Kielelezo;K-77;0722000999;Kondele Post;1991\n"
    made = bring(trainer, text, group=groups[1].public_id)
    assert states(preview_of(made, trainer)) == {2: "doubtful"}
    words = said(client_for(trainer).get(f"/people/lists/{made}"))
    assert "same name. You see no more of this person: ask who does." in words
    for reason in ("same number", "same phone", "same place", "same birth year"):
        assert reason not in words
    assert "The number is taken: not a new person." in words


def test_a_common_name_out_of_reach_is_asked_about_too(actor, bring, groups):
    first, second = actor("trainer"), actor("trainer")
    rows = [f"{one} {two};;;;\n" for one in ("Zawadi", "Amani") for two in NAMES]
    text = HEADINGS + "".join(rows)
    confirm(bring(first, text, group=groups[1].public_id), first)
    again = preview_of(bring(second, text, group=groups[1].public_id), second)
    assert set(states(again).values()) == {"doubtful"}
    elsewhere = preview_of(bring(second, text, group=groups[0].public_id), second)
    assert set(states(elsewhere).values()) == {"new"}


def test_two_trainers_with_the_same_officers_store_nobody_twice(both_engines_app, actor, bring):
    first, second = actor("trainer"), actor("trainer")
    content = (DATA / "officers.xlsx").read_bytes()
    confirm(bring(first, content, "officers.xlsx"), first)
    before = {row.public_id: row.row_version for row in db.session.query(Person)}
    made = bring(second, content, "officers.xlsx")
    preview = preview_of(made, second)
    named = {each.number: each for each in preview.outcomes if each.state == "doubtful"}
    assert preview.counts["new"] == 0
    # Rows that repeat one above are the same as that row.
    same = [each for each in preview.outcomes if each.state == "same"]
    assert all(each.same_row in named for each in same)
    assert len(named) + len(same) + preview.counts["wrong"] == 52
    assert all(not each.may_be_new for each in named.values() if each.placed.row.fact("reference"))
    told = {remark.code for each in preview.outcomes for remark in each.placed.wrong}
    assert told <= {"number_taken"}
    confirm(made, second)
    db.session.rollback()
    assert {row.public_id: row.row_version for row in db.session.query(Person)} == before


def test_a_number_that_somebody_else_has_is_not_filled_in(both_engines_app, actor, bring):
    trainer, other = actor("trainer"), actor("trainer")
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    mine = add_person(PersonDetails("Amani Mfano", group, phone="+254712345678"), trainer)
    add_person(PersonDetails("Zawadi Kielelezo", group, reference="K-77"), other)
    made = bring(trainer, HEADINGS + "Amani Mfano;K-77;0712345678;;1990\n", group=group)
    preview = preview_of(made, trainer)
    assert states(preview) == {2: "same"}
    assert [row.comparison.fills for row in preview.rows if row.comparison] == [("birth",)]
    confirm(made, trainer)
    db.session.rollback()
    row = db.session.query(Person).filter_by(public_id=mine).one()
    assert (row.reference, row.birth_year) == ("", 1990)


def test_a_number_given_away_while_the_list_is_stored_changes_what_it_does(
    both_engines_app, actor, bring, monkeypatch
):
    from kash.people.lists.services import storing as list_storing

    trainer, other = actor("trainer"), actor("trainer")
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    made = bring(trainer, HEADINGS + "Amani Mfano;K-77;;;1990\n", group=group)
    seen = preview_of(made, trainer)
    add_person(PersonDetails("Zawadi Kielelezo", group, reference="K-77"), other)
    found = held(made, trainer)
    as_it_was = [seen]

    def renewed(*asked: Any) -> Any:
        return as_it_was.pop() if as_it_was else really(*asked)

    really = list_storing.renewed
    monkeypatch.setattr(list_storing, "renewed", renewed)
    # The mark is read before the number is given: only the rule of the table is left.
    monkeypatch.setattr(list_storing, "people_revision", lambda _session: seen.mark)
    with pytest.raises(ListChanged) as problem:
        confirm_list(found, seen.digest, trainer)
    assert "Zawadi" not in str(problem.value)
    db.session.rollback()
    assert [row.chosen_name for row in db.session.query(Person)] == ["Zawadi Kielelezo"]
