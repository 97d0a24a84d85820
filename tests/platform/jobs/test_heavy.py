"""Heavy work goes one piece at a time for each account, so that nobody keeps others waiting."""

from typing import Any

from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import enqueue, services
from kash.platform.jobs.models import Job
from kash.platform.jobs.runner import run_waiting
from kash.platform.jobs.services import job_queue, own_job, waits_for_own
from kash.platform.jobs.views import message_of

ONE, OTHER = "0" * 16, "1" * 16


def ask(owner: str, kind: str = "test.heavy", **arguments: Any) -> str:
    with writing() as session:
        return enqueue(session, kind, owner=owner, title="Document", **arguments).public_id


def row(public_id: str, owner: str = ONE) -> Job:
    db.session.rollback()
    found = own_job(public_id, owner)
    assert found is not None
    return found


def test_the_second_heavy_work_of_an_account_waits_and_another_accounts_does_not(queue_app):
    first, second, others = ask(ONE), ask(ONE), ask(OTHER)
    assert services.claim(first) is not None
    assert services.claim(second) is None
    assert services.claim(others) is not None
    states = [row(first).state, row(second).state, row(others, OTHER).state]
    assert states == ["running", "waiting", "running"]
    with queue_app.test_request_context():
        assert waits_for_own(row(second))
        assert message_of(row(second)) == (
            "It waits until your other work is done: one piece at a time for each account."
        )


def test_light_work_of_the_same_account_does_not_wait(queue_app):
    first, light = ask(ONE), ask(ONE, "test.nothing")
    assert services.claim(first) is not None
    assert services.claim(light) is not None


def test_what_waited_is_done_once_the_other_has_ended(queue_app):
    first, second = ask(ONE), ask(ONE)
    assert services.claim(first) is not None
    # The queue is told of both; the second finds the first being done, and is left waiting.
    assert run_waiting() == 2
    assert row(second).state == "waiting"
    assert job_queue().idle()
    services.finish(first, "done")
    assert run_waiting() == 1
    assert row(second).state == "done"


def test_what_waited_for_work_that_died_is_done_too(queue_app):
    first, second = ask(ONE, "test.heavy_once"), ask(ONE)
    assert services.claim(first) is not None
    run_waiting()
    assert row(second).state == "waiting"
    services.recover_dropped(utc_now(), job=first)
    assert row(first).state == "failed"
    run_waiting()
    assert row(second).state == "done"
