"""Somebody at the door who may be here already: one question, and nothing typed is lost."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kash.attendance.models import RosterEntry
from kash.people.models import Group, NotTheSame, Person
from kash.platform.database import db
from kash.workshops.models import Enrolment
from kash.workshops.services.people import enrol
from tests.workshops.conftest import Held, make_person
from tests.workshops.test_views import fields, text_of

pytestmark = pytest.mark.usefixtures("both_engines_app")


def typed(site: FlaskClient, held: Held, name: str, **more: str) -> dict[str, str]:
    """The form of the door, filled in."""
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    form = fields(site.get(f"/workshops/{held.workshop}/walk-in"))
    return form | {"chosen_name": name, "group": group, "age_band": "25-34", **more}


def send(site: FlaskClient, held: Held, form: dict[str, str]) -> TestResponse:
    return site.post(f"/workshops/{held.workshop}/walk-in", data=form)


def asked(answer: TestResponse) -> dict[str, str]:
    """What the page that asks would send on."""
    return {name: value for name, value in fields(answer).items() if name != "csrf_token"}


@pytest.fixture
def door(plan, client_for):
    held = plan(capacity=1)
    enrol(held.workshop, make_person("Faraja Onyesho"), held.trainer)
    return held, client_for(held.trainer)


def test_who_is_here_already_is_taken_in_by_one_press(door):
    held, site = door
    # Added by somebody else: the trainer at the door sees her name only.
    zawadi = make_person("Zawadi Kielelezo", station="Post-of-another")
    answer = send(site, held, typed(site, held, "Kielelezo Zawadi"))
    words = text_of(answer)
    assert "Is it this person?" in words
    assert "Post-of-another" not in words
    assert re.search(rf'form="answer"\s+name="same"\s+value="{zawadi}"', answer.text)
    for _twice in range(2):
        done = send(site, held, asked(answer) | {"same": zawadi})
        assert done.status_code == 303
    db.session.rollback()
    assert db.session.query(Person).filter(Person.chosen_name.contains("Zawadi")).count() == 1
    row = db.session.query(Enrolment).join(Person).filter(Person.public_id == zawadi).one()
    # The room is full; whoever stands in it has a seat.
    assert (row.state, row.roster_entry.walk_in) == ("confirmed", True)


@pytest.mark.any_engine
def test_another_person_is_taken_in_and_never_proposed_again(door):
    held, site = door
    make_person("Zawadi Kielelezo")
    form = typed(site, held, "Kielelezo Zawadi")
    page = send(site, held, form)
    back = send(site, held, asked(page) | {"go": "back"})
    assert 'value="Kielelezo Zawadi"' in back.text
    done = send(site, held, asked(page) | {"go": "save"})
    again = send(site, held, asked(page) | {"go": "save"})
    assert (done.status_code, again.status_code) == (303, 303)
    db.session.rollback()
    assert db.session.query(Person).filter(Person.chosen_name.contains("Zawadi")).count() == 2
    assert db.session.query(NotTheSame).count() == 1
    assert db.session.query(RosterEntry).filter_by(walk_in=True).count() == 1


@pytest.mark.any_engine
def test_a_stranger_is_asked_nothing(door):
    held, site = door
    make_person("Zawadi Kielelezo")
    assert send(site, held, typed(site, held, "Tulivu Jaribio")).status_code == 303


@pytest.mark.any_engine
def test_only_who_was_asked_about_is_taken_in_so(door):
    held, site = door
    zawadi, other = make_person("Zawadi Kielelezo"), make_person("Tulivu Jaribio")
    form = typed(site, held, "Kielelezo Zawadi")
    for key in (other, "0" * 16, "'; --", "x" * 5000):
        answer = send(site, held, form | {"same": key})
        assert answer.status_code == 200
        assert "Is it this person?" in text_of(answer)
    child = db.session.query(Person).filter_by(public_id=zawadi).one()
    child.minor = True
    db.session.commit()
    answer = send(site, held, form | {"same": zawadi})
    assert answer.status_code == 422
    assert "People under 18 are not enrolled." in text_of(answer)
    db.session.rollback()
    assert db.session.query(Enrolment).count() == 1
