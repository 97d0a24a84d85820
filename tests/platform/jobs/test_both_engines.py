"""The rows behave the same on both databases."""

from datetime import timedelta

import pytest

from kash.platform import storage
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import enqueue, run_waiting, services
from kash.platform.jobs.services import latest_own_jobs, own_job, worker_name
from tests.declaring import also_declared
from tests.platform.jobs.kinds import KINDS

OWNER = "0" * 16


@pytest.fixture(autouse=True)
def work(both_engines_app):
    """The kinds of work of these tests, beside those of the features."""
    with also_declared(*KINDS):
        yield


def test_a_life_from_asking_to_deletion(both_engines_app):
    with writing() as session:
        made = enqueue(session, "test.file", owner=OWNER, title="Document", pages=4).public_id
        broken = enqueue(session, "test.typed", owner=OWNER, title="Document").public_id
        unwanted = enqueue(session, "test.file", owner=OWNER, title="Document", pages=1).public_id
    assert services.cancel(unwanted, OWNER)
    assert run_waiting() == 3
    db.session.rollback()
    assert {
        job.public_id: (job.state, job.done, job.total)
        for job in (own_job(made, OWNER), own_job(broken, OWNER), own_job(unwanted, OWNER))
        if job is not None
    } == {made: ("done", 4, 4), broken: ("failed", 0, 0), unwanted: ("cancelled", 0, 0)}
    assert [job.public_id for job in latest_own_jobs(OWNER, "test.file")] == [unwanted, made]
    assert storage.exists(f"jobs/{made}")
    assert services.delete_old_results(utc_now() + timedelta(hours=25)) == 1
    assert not storage.exists(f"jobs/{made}")


def test_what_a_dead_worker_held(both_engines_app):
    with writing() as session:
        again = enqueue(session, "test.slow", owner=OWNER, title="List", seconds=0.1).public_id
        once = enqueue(session, "test.slow_once", owner=OWNER, title="List", seconds=0.1).public_id
    for public_id in (again, once):
        claimed = services.claim(public_id)
        assert claimed is not None
        assert (claimed.state, claimed.worker) == ("running", worker_name())
        assert services.claim(public_id) is None
    assert services.recover_dropped(utc_now(), starting=True) == 2
    run_waiting()
    db.session.rollback()
    states = [job.state for job in (own_job(again, OWNER), own_job(once, OWNER)) if job]
    assert states == ["done", "failed"]
