"""How often the pages of lists ask the database, and what two who confirm at one instant store."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.people.lists import renewing
from kash.people.lists import services as lists
from kash.people.lists.choices import Choices
from kash.people.lists.previews import Preview
from kash.people.lists.services import cancel_list, confirm_list, preview_list
from kash.people.lists.services.storing import ListChanged, ListGone
from kash.people.models import Group, PeopleList, PeopleListPerson, Person
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.policy import Actor
from tests.people.lists.conftest import confirm, held, preview_of

ROWS = [
    "Amani Mfano;K-1;0712345671;Kondele Post;16",
    "Baraka Jaribio;K-2;0712345672;Lakeside Post;31",
    "Zawadi Sampuli;K-3;071;Riverbank Post;32",
]


def text(rows: int) -> str:
    """A list of so many people, each at a station of its own."""
    return "\n".join(["Name;Code;Phone;Station;Age", *ROWS[:rows], ""])


def asked(browser: FlaskClient, address: str, count_queries: Any) -> int:
    with count_queries() as queries:
        assert browser.get(address).status_code == 200
    return int(queries.count)


def test_a_list_that_waits_asks_as_much_with_three_rows_as_with_one(
    browser, trainer, bring, groups, count_queries
):
    found = []
    for rows in (1, 3):
        made = bring(trainer, text(rows), group=groups[0].public_id)
        found.append(asked(browser, f"/people/lists/{made}", count_queries))
    assert found[0] == found[1]


def test_a_list_of_known_people_asks_as_much_with_three_rows_as_with_one(
    browser, trainer, bring, groups, count_queries
):
    good = text(3).replace(";071;", ";0712345673;")
    confirm(bring(trainer, good, group=groups[0].public_id), trainer)
    found = []
    for rows in (1, 3):
        some = "\n".join(good.splitlines()[: rows + 1])
        made = bring(trainer, some, group=groups[0].public_id)
        assert preview_of(made, trainer).counts["same"] == rows
        found.append(asked(browser, f"/people/lists/{made}", count_queries))
    assert found[0] == found[1]


def test_what_became_of_a_list_asks_as_much_with_three_people_as_with_one(
    browser, trainer, bring, groups, count_queries
):
    found = []
    for rows in (1, 3):
        good = text(rows).replace(";071;", ";0712345673;")
        made = bring(trainer, good, group=groups[rows > 1].public_id)
        confirm(made, trainer)
        found.append(asked(browser, f"/people/lists/{made}", count_queries))
    assert found[0] == found[1]


def test_past_lists_ask_as_much_for_three_as_for_one(
    browser, trainer, actor, bring, groups, count_queries
):
    confirm(bring(trainer, text(1), group=groups[0].public_id), trainer)
    one = asked(browser, "/people/lists", count_queries)
    other = actor("trainer")
    confirm(bring(other, text(2), group=groups[1].public_id), other)
    bring(trainer, text(3), group=groups[0].public_id)
    assert asked(browser, "/people/lists", count_queries) == one


@pytest.mark.parametrize("number", [1, 2], ids=["one list twice", "two lists"])
def test_two_who_confirm_at_the_same_instant_add_everyone_once(
    both_engines_app, actor, bring, number
):
    trainer = actor("trainer")
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    good = text(3).replace(";071;", ";0712345673;")
    made = [bring(trainer, good, group=group) for _each in range(number)]
    seen = [preview_of(each, trainer).digest for each in made]
    db.session.remove()
    start = threading.Barrier(2)

    def save(which: int) -> str:
        with both_engines_app.app_context():
            found = held(made[which % number], trainer)
            start.wait()
            try:
                confirm_list(found, seen[which % number], trainer)
            except ListChanged:
                return "told"
            finally:
                db.session.remove()
            return "saved"

    with ThreadPoolExecutor(2) as threads:
        ends = sorted(threads.map(save, (0, 1)))
    assert ends == (["saved", "saved"] if number == 1 else ["saved", "told"])
    names = sorted(row.chosen_name for row in db.session.query(Person))
    assert names == ["Amani Mfano", "Baraka Jaribio", "Zawadi Sampuli"]
    assert db.session.query(PeopleListPerson).count() == 3
    entries = db.session.query(AuditEntry).filter_by(action="people.people_imported").all()
    assert len(entries) == 1
    # What was told holds: the list that was late finds everyone.
    waiting = [each for each in made if held(each, trainer).state == "waiting"]
    assert [preview_of(each, trainer).counts["same"] for each in waiting] == [3] * (number - 1)


def late(public_id: str, by: Actor) -> PeopleList:
    """A list's row as a window read it that then comes late."""
    row = held(public_id, by)
    db.session.expunge(row)
    return row


def test_whoever_confirms_what_was_just_added_finds_it_added(trainer, bring, groups):
    made = bring(trainer, text(2), group=groups[0].public_id)
    seen = preview_of(made, trainer).digest
    second = late(made, trainer)
    confirm(made, trainer)
    confirm_list(second, seen, trainer)
    assert held(made, trainer).state == "added"
    assert db.session.query(PeopleListPerson).count() == 2


def test_whoever_confirms_what_was_just_thrown_away_is_told(trainer, bring, groups):
    made = bring(trainer, text(2), group=groups[0].public_id)
    seen = preview_of(made, trainer).digest
    second = late(made, trainer)
    cancel_list(made, trainer)
    with pytest.raises(ListGone):
        confirm_list(second, seen, trainer)
    assert db.session.query(Person).count() == 0


def test_a_list_that_is_added_while_it_is_confirmed_keeps_its_report_and_nothing_that_waited(
    trainer, bring, groups, monkeypatch
):
    made = bring(trainer, text(2), group=groups[0].public_id)
    seen = preview_of(made, trainer).digest
    second = late(made, trainer)

    def read_first(people_list: PeopleList, by: Actor) -> tuple[Preview, Choices]:
        found = preview_list(people_list, by)
        monkeypatch.setattr(lists, "preview_list", preview_list)
        confirm(made, trainer)
        return found

    monkeypatch.setattr(lists, "preview_list", read_first)
    confirm_list(second, seen, trainer)
    assert b"Amani Mfano" in renewing.kept(made, "report")
    assert renewing.kept_preview(made) is None
    assert db.session.query(PeopleListPerson).count() == 2
