"""Rows of a form become a list to confirm: whole or not at all, each row once, an edited row the
same person."""

from typing import Any

import pytest

from kash.exchange.kobo.models import KoboForm, KoboRow
from kash.exchange.kobo.queries import form_of
from kash.exchange.kobo.services import FormDetails, add_form, ask_for_rows, fetch_rows, remove_form
from kash.people.connections.queries import connection
from kash.people.connections.services import switch_off
from kash.people.lists.queries import people_list
from kash.people.lists.services import cancel_list, choose, confirm_list, preview_list
from kash.people.models import PeopleList, Person
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.platform.database import db
from kash.platform.jobs import Progress
from kash.platform.jobs.runner import run_waiting
from kash.platform.web.errors import Problem
from kash.policy import SYSTEM, Actor
from tests.exchange.kobo.server import HOST
from tests.people.connections.recorded import TOKEN, switched_on
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def trainer(actor):
    return actor("trainer")


@pytest.fixture
def form(actor, trainer, groups, server):
    """A form of the second group's registrations, of a connection that is on."""
    made = switched_on(actor, "kobo", address=HOST)
    details = FormDetails("Registrations", server.asset, groups[1].public_id)
    return add_form(made, details, trainer)


def _fetched(form: str, by: Actor, **more: Any) -> KoboForm:
    fetch_rows(Progress(), form_id=form, by=by.public_id, **more)
    db.session.rollback()
    return form_of(form)


def _states(form: KoboForm, by: Actor) -> dict[str, int]:
    preview, _choices = preview_list(people_list(by, form.list_id), by)
    return {name: number for name, number in preview.counts.items() if name != "all" and number}


def _confirmed(form: KoboForm, by: Actor) -> None:
    made = people_list(by, form.list_id)
    preview, _choices = preview_list(made, by)
    confirm_list(made, preview.digest, by)
    db.session.rollback()


def _names() -> list[str]:
    return sorted(db.session.scalars(db.select(Person.chosen_name)))


def test_rows_of_many_pages_wait_as_one_list_and_nobody_is_stored_before_it_is_confirmed(
    form, trainer, server
):
    for number in range(120):
        server.add(name=f"Person {number}", phone=f"0712000{number:03}")
    found = _fetched(form, trainer)
    assert (found.rows_count, found.new_count, found.edited_count) == (120, 120, 0)
    assert _states(found, trainer) == {"new": 120}
    assert _names() == []
    _confirmed(found, trainer)
    assert len(_names()) == 120
    again = _fetched(form, trainer)
    assert (again.new_count, again.edited_count, again.list_id) == (0, 0, found.list_id)


def test_an_edited_row_is_the_same_person_though_name_and_phone_were_both_corrected(
    form, trainer, server
):
    row = server.add(name="Acheing Typo", phone="0712345678")
    server.add(name="Somebody Else", phone="0712999999")
    _confirmed(_fetched(form, trainer), trainer)
    server.edit(row, name="Achieng Mary", phone="0733111222", sex="female")
    found = _fetched(form, trainer)
    assert (found.new_count, found.edited_count) == (0, 1)
    assert _states(found, trainer) == {"same": 1}
    choose(found.list_id, lambda choices: choices.takes.update({2: ["phone"]}), trainer)
    _confirmed(found, trainer)
    assert _names() == ["Acheing Typo", "Somebody Else"]
    assert db.session.query(Person).filter_by(sex="female").one().chosen_name == "Acheing Typo"
    assert (_fetched(form, trainer).new_count, _fetched(form, trainer).edited_count) == (0, 0)


def test_a_form_that_was_copied_on_the_server_brings_nobody_twice(form, trainer, server, groups):
    row = server.add(name="Achieng", phone="0712345678")
    _confirmed(_fetched(form, trainer), trainer)
    server.asset, row["_id"] = "cOpY1234", 9_000
    held = form_of(form).connection.public_id
    copy = add_form(held, FormDetails("Copy", server.asset, groups[1].public_id), trainer)
    found = _fetched(copy, trainer)
    assert (found.rows_count, found.new_count, found.list_id) == (1, 0, "")


def test_a_row_that_was_left_out_comes_again_and_one_that_was_taken_does_not(form, trainer, server):
    server.add(name="Achieng", phone="0712345678")
    wrong = server.add(name="Atieno", sex="perhaps")
    _confirmed(_fetched(form, trainer), trainer)
    assert _names() == ["Achieng"]
    assert _fetched(form, trainer).new_count == 1
    cancel_list(form_of(form).list_id, trainer)
    server.edit(wrong, sex="female")
    _confirmed(_fetched(form, trainer), trainer)
    assert _names() == ["Achieng", "Atieno"]


def test_a_list_that_waits_is_never_doubled_and_one_thrown_away_comes_again(form, trainer, server):
    server.add(name="Achieng")
    first = _fetched(form, trainer)
    with refuses("A list of this form waits to be confirmed or thrown away."):
        ask_for_rows(form, trainer)
    with refuses("A list of this form waits to be confirmed or thrown away."):
        _fetched(form, trainer)
    cancel_list(first.list_id, trainer)
    second = _fetched(form, trainer)
    assert second.new_count == 1
    assert db.session.query(KoboRow).count() == 1


@pytest.mark.parametrize(
    "fault",
    [
        "repeats",
        "same_next",
        "short",
        "stops",
        "elsewhere",
        "garbage",
        "away",
        "reset",
        "404",
        "500",
    ],
)
def test_a_fault_at_any_step_brings_in_nobody_and_the_next_time_everybody(
    form, trainer, server, fault
):
    server.most = 2
    for number in range(5):
        server.add(name=f"Person {number}")
    server.fault = fault
    with pytest.raises(Problem):
        _fetched(form, trainer)
    db.session.rollback()
    assert db.session.query(PeopleList).count() == 0
    server.fault = ""
    assert _fetched(form, trainer).new_count == 5


def test_a_token_that_is_not_known_any_more_is_told_and_is_in_no_error(form, trainer, server):
    server.fault = "401"
    with pytest.raises(Problem) as caught:
        _fetched(form, trainer)
    assert "token" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_questions_that_are_gone_are_told_before_facts_are_lost_by_it(form, trainer, server):
    row = server.add(name="Achieng", phone="0712345678", ward="Kondele")
    _confirmed(_fetched(form, trainer), trainer)
    del row["ward"]
    server.add(name="Atieno")
    with refuses("are in no row now: ward. Was the form changed?"):
        _fetched(form, trainer)
    db.session.rollback()
    assert _fetched(form, trainer, without_gone=True).new_count == 1


def test_a_form_without_a_name_or_with_several_people_in_one_is_refused(form, trainer, server):
    server.add(colour="blue")
    with refuses("No question of this form asks for a name."):
        _fetched(form, trainer)
    server.rows = []
    server.add(people=[{"people/name": "A"}])
    with refuses("A submission of this form holds several people."):
        _fetched(form, trainer)
    db.session.rollback()
    assert db.session.query(PeopleList).count() == 0


def test_a_place_that_was_chosen_comes_by_its_name(form, trainer, server):
    place = add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
    server.add(name="Achieng", organisation=place)
    _confirmed(_fetched(form, trainer), trainer)
    posted = db.session.query(Person).one().postings
    assert [one.organisation.name for one in posted] == ["Kondele"]


def test_nothing_is_fetched_by_a_connection_that_is_off(form, trainer, server, actor):
    held = form_of(form).connection.public_id
    switch_off(held, by=actor("monitoring"))
    with pytest.raises(Problem):
        ask_for_rows(form, trainer)
    with pytest.raises(Problem):
        fetch_rows(Progress(), form_id=form, by=trainer.public_id)
    assert server.asked == []


def test_the_worker_fetches_what_was_asked_for_once(form, trainer, server, actor):
    server.add(name="Achieng")
    ask_for_rows(form, trainer)
    ask_for_rows(form, trainer)
    with refuses("Somebody else has these rows fetched now."):
        ask_for_rows(form, actor("trainer"))
    db.session.rollback()
    run_waiting()
    db.session.rollback()
    assert form_of(form).new_count == 1
    assert len(server.asked) == 1


@pytest.mark.any_engine
def test_what_is_kept_of_a_row_tells_nothing_beside_the_other_servers_rows(
    app, form, trainer, server
):
    server.add(name="Achieng Canary", phone="0712345678")
    _fetched(form, trainer)
    kept = db.session.query(KoboRow).one()
    told = f"{kept.first_id} {kept.content}"
    assert "00000000-0000" not in told
    assert "Canary" not in told
    assert len(kept.first_id) == len(kept.content) == 64


@pytest.mark.any_engine
def test_a_form_is_named_once_and_taken_off_with_all_that_it_was_known_by(
    form, trainer, server, groups
):
    server.add(name="Achieng")
    _confirmed(_fetched(form, trainer), trainer)
    held = form_of(form).connection.public_id
    with refuses("This form of that server is here already."):
        add_form(held, FormDetails("Again", server.asset, groups[0].public_id), trainer)
    remove_form(form, trainer)
    db.session.rollback()
    assert db.session.query(KoboForm).count() == db.session.query(KoboRow).count() == 0
    assert _names() == ["Achieng"]
    assert connection(held).is_on
