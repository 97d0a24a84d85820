"""The worker is a process of its own: it is killed here, and comes back."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kash.platform import storage
from kash.platform.database import db, writing
from kash.platform.jobs import enqueue, services
from kash.platform.jobs.models import Job
from kash.platform.jobs.services import job_queue, own_job
from kash.platform.jobs.worker import Dispatcher
from tests.forks import Forked, heard_module

OWNER = "0" * 16


def row(public_id: str) -> Job:
    db.session.rollback()
    found = own_job(public_id, OWNER)
    assert found is not None
    return found


def ask(kind: str, seconds: float | None = None, **arguments: str) -> str:
    given = arguments if seconds is None else {"seconds": seconds}
    with writing() as session:
        return enqueue(session, kind, owner=OWNER, title="List", **given).public_id


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def children(process: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rsplit(")", 1)[1].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == process and state != "Z":
            found.append(int(path.parent.name))
    return found


def only_child(process: int) -> int:
    """Its child, once it has a single one: it starts others for moments."""
    seen: list[int] = []

    def alone() -> bool:
        seen[:] = children(process)
        return len(seen) == 1

    until(alone)
    return seen[0]


def is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def keeper(queue_app):
    settings = job_queue()._settings
    process, said = heard_module(
        "tests.platform.jobs.kept_worker", str(settings.data_dir), settings.queue_url
    )
    assert said.readline() == "kept\n"
    yield process
    process.terminate()
    process.wait(15)
    said.close()


def worker_of(keeper: Forked) -> int:
    return only_child(keeper.pid)


@pytest.mark.services
def test_a_killed_worker_comes_back_and_resumes(keeper, tmp_path):
    gate = tmp_path / "gate"
    again, once = ask("test.gate", gate=str(gate)), ask("test.slow_once", 600)
    until(lambda: {row(again).state, row(once).state} == {"running"})
    until(lambda: row(once).done > 0)
    first = worker_of(keeper)
    os.kill(first, signal.SIGKILL)
    until(lambda: is_gone(first))
    gate.touch()
    until(lambda: row(again).state == "done")
    assert worker_of(keeper) != first
    assert row(again).attempts == 2
    assert storage.get(f"jobs/{again}") == b"made"
    assert (row(once).state, row(once).error) == (
        "failed",
        "The work was interrupted before its end. Start it again.",
    )


@pytest.mark.services
def test_a_job_that_brings_its_process_down_takes_nothing_along(keeper, tmp_path):
    gate = tmp_path / "gate"
    lost = ask("test.gate", gate=str(gate))
    worker = worker_of(keeper)
    until(lambda: row(lost).state == "running")
    process = only_child(worker)
    other = ask("test.slow", 1)
    until(lambda: row(other).state == "running")
    os.kill(process, signal.SIGKILL)
    # Started again at once, without waiting for its sign of life to run out.
    until(lambda: (row(lost).state, row(lost).attempts) == ("running", 2))
    gate.touch()
    until(lambda: (row(lost).state, row(other).state) == ("done", "done"))
    assert row(other).attempts == 1
    assert worker_of(keeper) == worker
    until(lambda: children(worker) == [])


@pytest.mark.services
def test_running_work_is_cancelled_from_another_process(keeper):
    public_id = ask("test.slow", 30)
    until(lambda: row(public_id).done > 2)
    assert services.cancel(public_id, OWNER)
    until(lambda: row(public_id).state == "cancelled")
    assert 0 < row(public_id).done < 300


@pytest.mark.services
def test_the_worker_ends_with_its_keeper(keeper):
    worker = worker_of(keeper)
    public_id = ask("test.slow", 30)
    until(lambda: row(public_id).state == "running")
    keeper.terminate()
    assert keeper.wait(15) == 0
    assert is_gone(worker)


@pytest.mark.services
def test_the_worker_ends_when_its_keeper_is_killed(keeper):
    worker = worker_of(keeper)
    time.sleep(0.5)
    keeper.kill()
    until(lambda: is_gone(worker))
    assert is_gone(worker)


def test_chores_wait_for_no_jobs_and_are_asked_for_in_each_minute(queue_app, monkeypatch):
    """An officer is told by a chore that somebody is held."""
    worker, begun = Dispatcher(queue_app), list[str]()
    monkeypatch.setattr(worker, "_do", lambda _act, job="": begun.append(job))
    ask("test.nothing")
    worker._children = {-1: "a job", -2: "another"}
    assert worker._begin_something()
    assert begun == [""]

    worker._children = {-1: "a job", -2: "another", -3: "", -4: ""}
    assert not worker._begin_something()

    seen: list[int] = []
    huey = job_queue().huey
    monkeypatch.setattr(huey, "read_periodic", lambda _none: seen.append(worker._minute) or [])
    for moment in (59.9, 60.4, 119.95, 120.1):
        monkeypatch.setattr("kash.platform.jobs.worker.time.time", lambda now=moment: now)
        worker._ask_for_chores()
    assert seen == [0, 1, 2]
