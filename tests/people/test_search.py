"""Finding people by name, on both engines, and what keeps the index in step."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from kash.people.models import Person
from kash.people.queries import search as search_queries
from kash.people.queries.search import PeopleSearch, find_people, people
from kash.people.search import BLOCK, missing_triggers, newest_named, words_of
from kash.platform.database import db, writing
from kash.policy import Actor
from tests.people.conftest import PHONE, many

Finding = Callable[[str], list[str]]


@pytest.fixture
def found(both_engines_app, actor):
    """The names that a trainer finds."""
    trainer = actor("trainer")
    return lambda text: [each.chosen_name for each in find_people(trainer, text)]


@pytest.fixture
def listed(both_engines_app):
    """The names in the list of people, asked for by an actor."""

    def ask(who: Actor, text: str, phone: str | None = None, **form: str) -> list[str]:
        with both_engines_app.test_request_context("/people/search", method="POST", data=form):
            narrowed = PeopleSearch(text)
            return [row.chosen_name for row in people(who, narrowed, phone)]

    return ask


def test_each_word_typed_begins_a_word_of_the_name(person, found):
    person(chosen_name="Ng’ang’a Wanjirũ")
    person(chosen_name="Al-Amin O'Neil 100%", reference="", phone=None)
    for typed in ("wanjiru nga", "WANJIRŨ", "ng'ang'a", "Nganga", "w", "n w"):
        assert found(typed) == ["Ng’ang’a Wanjirũ"], typed
    for typed in ("amin", "al-am", "oneil", "100", "al amin oneil 100%"):
        assert found(typed) == ["Al-Amin O'Neil 100%"], typed
    for typed in ("anjiru", "%", "_", "'", "", "*", '"', "nganga & x", "x" * 5000, "\\"):
        assert found(typed) == [], typed


def test_names_are_found_in_order_and_no_more_than_wanted(person, actor, groups, found):
    many(groups[0].id, ["Zawadi Omari", "Asha Omari", "Omari Zed", "Asha Koech"])
    assert found("oma") == ["Asha Omari", "Omari Zed", "Zawadi Omari"]
    trainer = actor("trainer")
    assert [one.chosen_name for one in find_people(trainer, "o", 1)] == ["Asha Omari"]


def test_whoever_is_called_just_so_is_offered_before_those_called_more(groups, found):
    many(groups[0].id, ["Achieng Ochieng"] * 25)
    many(groups[0].id, ["Ochieng"])
    assert found("ochieng") == ["Ochieng"] + ["Achieng Ochieng"] * 19


def test_the_index_follows_whatever_changes(groups, found):
    many(groups[0].id, ["Asha Omari", "Juma Kibet"])
    with writing() as session:
        session.execute(
            update(Person)
            .where(Person.sort_name == "asha omari")
            .values(chosen_name="Neema Simiyu", sort_name="neema simiyu")
        )
    assert (found("asha"), found("neema")) == ([], ["Neema Simiyu"])
    with writing() as session:
        session.execute(delete(Person).where(Person.sort_name == "juma kibet"))
    assert found("juma") == []
    with db.engine.connect() as connection:
        assert missing_triggers(connection) == set()


def test_whoever_sees_only_herself_finds_nobody(person, actor, both_engines_app):
    person()
    assert find_people(actor("peer"), "asali") == []
    assert find_people(actor("police_peer"), "a") == []


@pytest.mark.any_engine
def test_numbers_and_phones_are_found_within_reach_only(person, actor, listed):
    trainer = actor("trainer")
    public_id = person(by=trainer)
    for typed, phone in (("REF-77", None), ("0712 345 678", PHONE), (public_id.upper(), None)):
        assert listed(trainer, typed, phone) == ["Asali Sampuli"]
        assert listed(actor("director"), typed, phone) == ["Asali Sampuli"]
        for role in ("trainer", "documentation"):
            assert listed(actor(role), typed, phone) == []


def test_what_many_are_called_is_shown_by_name_and_said_to_be_more(
    actor, groups, both_engines_app, monkeypatch
):
    monkeypatch.setattr(search_queries, "MOST_FOUND", 100)
    many(groups[0].id, [f"Asha Number{number:03}" for number in range(120)])
    many(groups[1].id, [f"Juma Asha{number:03}" for number in range(10)])
    director = actor("director")

    def page(search: PeopleSearch, **form: str) -> list[str]:
        with both_engines_app.test_request_context("/", method="POST", data=form):
            found = people(director, search)
            assert (found.beyond, found.total, found.pages) == (True, 100, 5)
            return [row.chosen_name for row in found]

    numbers = [f"Asha Number{number:03}" for number in range(120)]
    asha = PeopleSearch("asha")
    # Ten named Juma and ninety named Asha were added last.
    assert page(asha) == numbers[30:50]
    assert page(asha, page="3") == numbers[70:90]
    assert page(asha, page="9")[9:] == [*numbers[119:], *(f"Juma Asha{n:03}" for n in range(10))]
    assert page(asha, direction="desc", sort="name")[:2] == ["Juma Asha009", "Juma Asha008"]
    in_police = PeopleSearch("a", group=groups[0].public_id)
    assert page(in_police) == numbers[20:40]
    # Of whoever is called so and nothing else no more can be typed.
    many(groups[0].id, ["Asha"])
    many(groups[0].id, [f"Asha Later{number:03}" for number in range(120)])
    assert page(asha)[0] == "Asha"
    assert find_people(director, "asha", 3)[0].chosen_name == "Asha"
    in_community = PeopleSearch("asha", group=groups[1].public_id)
    with both_engines_app.test_request_context("/", method="POST"):
        few = people(director, in_community)
    assert (few.beyond, few.total, len(few.rows)) == (False, 10, 10)


# On both sides of each edge of blocks that are near, far, and farther than is looked in by blocks.
SCATTERED = tuple(
    block * BLOCK + offset
    for block in (0, 1, 3, 4, 5, 12, 13, 14, 15)
    for offset in (1, 2, BLOCK - 1, BLOCK)
)
CALLED = (
    "Asha Omari",
    "Juma Asha",
    "12 Asha",
    "Al-Amin  O'Mar",
    "Ng’ang’a 1:Juma",
    "Asha",
    "Omari 4",
)


@pytest.fixture
def scattered(both_engines_app, groups):
    """People by names and groups in turn, with these ids."""
    called = [CALLED[number % len(CALLED)] for number in range(len(SCATTERED))]
    for number, group in enumerate(groups):
        many(group.id, called[number::2], SCATTERED[number::2])
    return both_engines_app


@pytest.mark.parametrize("in_group", [False, True])
@pytest.mark.parametrize(
    "typed", ["a", "asha", "om a", "juma", "1", "12", "12 asha", "o mar am", "4", "x"]
)
def test_those_added_last_are_found_as_if_each_name_were_read(scattered, groups, typed, in_group):
    wanted = words_of(typed)
    named = [
        key
        for key, name, group in db.session.execute(
            select(Person.id, Person.sort_name, Person.group_id).order_by(Person.id.desc())
        )
        if all(any(word.startswith(each) for word in words_of(name)) for each in wanted)
        and (group == groups[0].id or not in_group)
    ]
    conditions = [Person.group_id == groups[0].id] if in_group else []
    for most in range(1, len(named) + 2):
        assert newest_named(db.session(), wanted, conditions, most=most) == named[:most]


@pytest.mark.any_engine
def test_among_nobody_nobody_is_found(both_engines_app):
    assert newest_named(db.session(), ["asha"], most=5) == []


def test_words_are_letters_and_digits_and_not_too_many():
    assert words_of("al-amin o.k. 100%") == ["al", "amin", "o", "k", "100"]
    assert len(words_of("a " * 100)) == 8
