"""The whole way in a programme without any people, by the pages alone: a connection is recorded,
agreed to and switched on, trainers are told, and what was typed on phones becomes people."""

import re

import pytest
from flask.testing import FlaskClient

from kash.people.models import Person
from kash.platform.database import db
from kash.platform.jobs.runner import run_waiting
from tests.conftest import csrf_token
from tests.exchange.kobo.server import HOST
from tests.people.connections.recorded import TOKEN

pytestmark = pytest.mark.any_engine
TYPED = {
    "name": "Forms of the field",
    "address": HOST,
    "secret": TOKEN,
    "processor": "Kobo",
    "contract": "K-1",
    "contract_on": "2026-01-05",
    "country": "Ireland",
    "safeguards": "Clauses of the contract; deleted once it is fetched.",
}


def _press(browser: FlaskClient, page: str, to: str, **typed: str) -> str:
    """Press a button of a page; where it leads to."""
    token = csrf_token(browser.get(page).text)
    done = browser.post(to, data={"csrf_token": token, **typed})
    assert done.status_code in (302, 303), done.text
    return done.headers["Location"]


def _worker() -> None:
    db.session.rollback()
    run_waiting()
    db.session.rollback()


def _linked(text: str, pattern: str) -> str:
    found = re.search(f'href="({pattern})"', text)
    assert found is not None
    return found[1]


def test_from_the_contract_to_the_people_nobody_needs_to_ask_where_to_go(actor, client_for, server):
    officer, director, trainer = (
        client_for(actor(role)) for role in ("monitoring", "director", "trainer")
    )
    told = trainer.get("/kobo/").text
    assert "E officer or an administrator records one" in told
    new = _linked(officer.get("/connections/").text, "/connections/new/kobo")
    empty = officer.post(new, data={"csrf_token": csrf_token(officer.get(new).text)})
    # The token is asked for together with all else: it is not typed twice.
    assert empty.text.count("Enter this.") == 2 * (len(TYPED) - 1)
    assert "by which the other system knows this programme." in empty.text
    assert ("https://kf.kobotoolbox.org" in empty.text, "dhis2" in empty.text) == (True, False)
    at = _press(officer, new, new, **TYPED)
    assert _linked(director.get("/").text, at) == at
    _press(director, at, f"{at}/agree", row_version="1")
    assert _linked(officer.get("/").text, at) == at
    assert "switched on" not in trainer.get("/").text
    _press(officer, at, f"{at}/on", row_version="1")
    assert "are told on Today: 1" in officer.get(at).text
    assert "was switched on" not in director.get("/").text
    today = trainer.get("/").text
    assert "a connection to a server of KoboToolbox was switched on" in today
    adds = _linked(today, "/kobo/connections/[^/]+")
    options = re.findall(r'value="([0-9a-z]{16})"', trainer.get(adds).text)
    form = _press(trainer, adds, adds, title="Registrations", asset=server.asset, group=options[-1])
    server.add(name="Achieng Mfano", phone="0712345678", sex="female")
    _press(trainer, form, f"{form}/fetch")
    _worker()
    made = _linked(trainer.get(form).text, "/people/lists/[^/]+")
    shown = trainer.get(made).text
    told = dict(re.findall(r'name="(seen|counts)" value="([^"]*)"', shown))
    _press(trainer, made, f"{made}/confirm", **told)
    assert db.session.scalars(db.select(Person.chosen_name)).all() == ["Achieng Mfano"]


def test_what_is_switched_on_again_is_told_once_until_it_is_seen(actor, client_for):
    officer, director, trainer = (
        client_for(actor(role)) for role in ("monitoring", "director", "trainer")
    )
    at = _press(officer, "/connections/new/kobo", "/connections/new/kobo", **TYPED)
    _press(director, at, f"{at}/agree", row_version="1")
    for _time in range(2):
        _press(officer, at, f"{at}/on", row_version="1")
        _press(officer, at, f"{at}/off")
    today = trainer.get("/").text
    assert today.count("was switched on") == 1
    # Meanwhile it is off: its page says who can put it on.
    off = trainer.get(_linked(today, "/kobo/connections/[^/]+"))
    assert "E officer or an administrator records" in off.text
