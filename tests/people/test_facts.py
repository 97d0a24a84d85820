"""Facts of a person stand in every place that a fact must have, as they are declared."""

import re
from dataclasses import fields

import pytest
from sqlalchemy import String

from kash.people import words
from kash.people.facts import FACT, FACTS, LISTED, PLAIN, SEALED, Kind
from kash.people.forms import PersonForm
from kash.people.lists.pages import FIELD
from kash.people.lists.rules.headings import FIELDS, field_by_heading
from kash.people.models import Person
from kash.people.queries import duplicates
from kash.people.services.merging import sweep
from kash.people.services.persons import PersonDetails
from kash.people.views import persons as person_pages
from kash.platform.jobs import SILENT


@pytest.mark.parametrize("fact", PLAIN, ids=lambda fact: fact.name)
def test_a_fact_has_a_column_as_wide_as_it_is_told_to_be(fact):
    column = Person.__table__.c[fact.name]
    if fact.kind is Kind.YEAR:
        return
    assert isinstance(column.type, String)
    longest = max(map(len, fact.choices)) if fact.choices else fact.most
    assert 0 < longest <= (column.type.length or 0)


def test_each_fact_that_is_kept_as_it_is_said_is_an_argument_of_whoever_adds_a_person():
    arguments = {argument.name for argument in fields(PersonDetails)}
    assert {fact.name for fact in FACTS} - arguments == set()


def test_each_fact_is_typed_in_the_form():
    typed = {name for name in dir(PersonForm) if name in FACT}
    assert typed == set(FACT)


def test_what_a_list_may_hold_is_named_and_told_apart_by_its_heading():
    assert {fact.name for fact in LISTED} <= set(FIELDS) <= set(FIELD)
    for fact in LISTED:
        assert {field_by_heading(heading)[0] for heading in fact.headings} == {fact.name}


def test_no_list_brings_in_a_choice_that_the_form_does_not_offer():
    for fact in (each for each in LISTED if each.choices):
        for cell in ("x", "something else", "1", *fact.choices, *fact.choices.values()):
            assert fact.read(cell).value in ("", *fact.choices), (fact.name, cell)


def test_what_is_sealed_is_never_kept_shown_or_read_as_a_plain_fact():
    assert {fact.name for fact in SEALED} == {"phone", "email"}
    for fact in SEALED:
        assert fact.name not in Person.__table__.c
        assert (fact.headings, fact.beside, fact.part, fact.search) == ((), False, "", "")


@pytest.fixture
def found_by_sex(monkeypatch):
    """The list of people offers sex to narrow it by."""
    monkeypatch.setattr(person_pages, "FOUND_BY_CHOICE", (FACT["sex"],))


@pytest.mark.usefixtures("found_by_sex")
def test_a_fact_that_is_chosen_narrows_the_list_and_stays_chosen(client_for, actor, person):
    trainer = actor("trainer")
    person(trainer, chosen_name="Zuri Mfano", reference="", phone=None, sex="female")
    person(trainer, chosen_name="Juma Mfano", reference="", phone=None, sex="male")
    browser = client_for(trainer)
    for body in (
        browser.get("/people?sex=female").text,
        browser.post("/people/search", data={"search": "mfano", "sex": "female"}).text,
    ):
        assert ("Zuri Mfano" in body, "Juma Mfano" in body) == (True, False)
        assert re.search(r'<option value="female"\s+selected>Female</option>', body)
    sent_on = browser.post("/people/search", data={"search": "", "sex": "female"})
    assert sent_on.location == "/people?sex=female"
    assert "Juma Mfano" in browser.get("/people?sex=nothing-that-is").text


@pytest.mark.usefixtures("found_by_sex")
def test_a_fact_that_is_chosen_tells_nothing_of_whom_one_does_not_reach(client_for, actor, person):
    person(actor("trainer"), sex="female")
    for role in ("trainer", "documentation"):
        browser = client_for(actor(role))
        every = browser.post("/people/search", data={"search": "asali"}).text
        some = browser.post("/people/search", data={"search": "asali", "sex": "female"}).text
        assert ("Asali Sampuli" in every, "Asali Sampuli" in some) == (True, False)
    assert 'name="sex"' not in browser.get("/people").text


def test_a_fact_without_a_column_of_its_own_beside_others_gets_one(
    client_for, actor, person, monkeypatch
):
    monkeypatch.setattr(words, "OTHERS_BESIDE", ["language"])
    monkeypatch.setattr(duplicates, "COMPARED", (*duplicates.COMPARED, FACT["language"]))
    trainer = actor("trainer")
    person(trainer, language="luo")
    person(trainer, reference="", phone=None)
    sweep(SILENT)
    body = client_for(trainer).get("/people/duplicates").text
    assert re.findall(r'data-label="Language">\s*([^<]*?)\s*</td>', body) == ["Dholuo", "–"]
