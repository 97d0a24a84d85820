"""A job's pages are its owner's, and nobody else's."""

from typing import Any

import pytest
from sqlalchemy import select

from kash.platform.database import db, writing
from kash.platform.jobs import enqueue
from kash.platform.jobs import run_waiting as run_queue
from kash.platform.jobs.models import Job
from kash.platform.vault import AuditEntry
from kash.policy import Actor
from tests.declaring import also_declared
from tests.platform.jobs.kinds import KINDS


@pytest.fixture(autouse=True)
def work(app):
    """The kinds of work of these tests, beside those of the features."""
    with also_declared(*KINDS):
        yield


@pytest.fixture
def owner(actor):
    return actor("trainer")


@pytest.fixture
def own(owner, client_for):
    return client_for(owner)


def ask(owner: Actor, kind: str, **arguments: Any) -> str:
    with writing() as session:
        return enqueue(
            session, kind, owner=owner.public_id, title="Certificates", **arguments
        ).public_id


def run_waiting() -> None:
    run_queue()
    # The pages read in this context, and would still see the moment before.
    db.session.rollback()


def test_the_bar_the_state_and_the_file(app, owner, own):
    public_id = ask(owner, "test.file", pages=3)
    page = own.get(f"/jobs/{public_id}")
    assert page.status_code == 200
    assert f'data-job="/jobs/{public_id}/state"' in page.text
    assert "<title>" in page.text
    assert own.get(f"/jobs/{public_id}/state").json == {
        "state": "waiting",
        "done": 0,
        "total": 0,
        "error": "",
        "message": "It waits for its turn. You can leave this page.",
    }
    assert own.get(f"/jobs/{public_id}/result").status_code == 404
    run_waiting()
    assert own.get(f"/jobs/{public_id}/state").json == {
        "state": "done",
        "done": 3,
        "total": 3,
        "error": "",
        "message": "Done.",
    }
    page = own.get(f"/jobs/{public_id}")
    assert f'href="/jobs/{public_id}/result"' in page.text
    assert "data-job=" not in page.text
    file = own.get(f"/jobs/{public_id}/result")
    assert (file.status_code, file.data, file.mimetype) == (200, b"%PDF" * 3, "application/pdf")
    assert file.headers["Content-Disposition"] == "attachment; filename=document.pdf"
    assert "no-store" in file.headers["Cache-Control"]
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "files.exported"))
    assert (entry.actor, entry.subjects) == (owner.public_id, ["file:jobs.result", public_id])


def test_an_error_is_told_in_its_sentence(app, owner, own):
    public_id = ask(owner, "test.typed")
    run_waiting()
    assert "There are not enough seats." in own.get(f"/jobs/{public_id}").text
    state = own.get(f"/jobs/{public_id}/state").json
    assert state is not None
    assert (state["state"], state["error"]) == ("failed", "There are not enough seats.")


def test_cancelling(app, owner, own):
    public_id = ask(owner, "test.file", pages=1)
    answer = own.post(f"/jobs/{public_id}/cancel")
    assert (answer.status_code, answer.location) == (303, f"/jobs/{public_id}")
    run_waiting()
    assert "Cancelled." in own.get(f"/jobs/{public_id}").text
    assert own.get(f"/jobs/{public_id}/state").json["state"] == "cancelled"  # type: ignore[index]


def test_a_file_that_is_no_longer_kept(app, owner, own):
    public_id = ask(owner, "test.file", pages=1)
    run_waiting()
    with writing() as session:
        session.query(Job).filter_by(public_id=public_id).update({"result_key": None})
    assert own.get(f"/jobs/{public_id}/result").status_code == 404
    assert "This file is no longer kept." in own.get(f"/jobs/{public_id}").text


@pytest.mark.parametrize(
    "role", ["trainer", "administrator", "director", "police_peer", "funder", "custodian"]
)
def test_it_is_nobody_elses(app, owner, actor, client_for, role):
    public_id = ask(owner, "test.file", pages=1)
    run_waiting()
    other = client_for(actor(role))
    for path in ("", "/state", "/result"):
        answer = other.get(f"/jobs/{public_id}{path}")
        assert answer.status_code == 404
        assert b"Certificates" not in answer.data or path == ""
        assert b"%PDF" not in answer.data
    assert other.post(f"/jobs/{public_id}/cancel").status_code == 404
    db.session.rollback()
    assert db.session.query(Job).filter_by(public_id=public_id).one().cancel_asked is False


@pytest.mark.parametrize("wrong", ["x", "0" * 16, "é" * 16, "%00" * 4, "a" * 4000, "..", "'; --"])
def test_wrong_ids(app, own, wrong):
    for path in ("", "/state", "/result"):
        assert own.get(f"/jobs/{wrong}{path}").status_code in (400, 404)
    assert own.post(f"/jobs/{wrong}/cancel").status_code in (400, 404)


def test_before_sign_in_there_is_only_the_door(app, owner):
    public_id = ask(owner, "test.file", pages=1)
    answer = app.test_client().get(f"/jobs/{public_id}")
    assert answer.status_code in (302, 303)
    assert "sign-in" in answer.location
