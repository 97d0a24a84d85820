"""From asking to the file, on both kinds of queue."""

import errno
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import structlog.testing

from kash.platform import storage
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import JobCancelled, JobResult, Progress, enqueue, run_waiting, services
from kash.platform.jobs.models import Job
from kash.platform.jobs.services import SILENT, job_queue, latest_own_jobs, own_job, worker_name
from tests.platform.jobs import kinds

OWNER, OTHER = "0" * 16, "1" * 16


def ask(kind: str, **arguments: Any) -> str:
    with writing() as session:
        return enqueue(session, kind, owner=OWNER, title="Document", **arguments).public_id


def row(public_id: str) -> Job:
    db.session.rollback()
    found = own_job(public_id, OWNER)
    assert found is not None
    return found


def test_work_is_done_and_its_file_kept(queue_app):
    public_id = ask("test.file", pages=3)
    waiting = row(public_id)
    assert (waiting.state, waiting.done, waiting.total, waiting.arguments) == (
        "waiting",
        0,
        0,
        {"pages": 3},
    )
    assert run_waiting() == 1
    done = row(public_id)
    assert (done.state, done.done, done.total, done.error) == ("done", 3, 3, "")
    assert (done.result_name, done.result_type) == ("document.pdf", "application/pdf")
    assert done.result_key == f"jobs/{public_id}"
    assert storage.get(done.result_key) == b"%PDF%PDF%PDF"
    assert done.started_at is not None
    assert done.finished_at is not None
    assert done.created_at <= done.started_at <= done.finished_at
    assert run_waiting() == 0


def test_the_queue_holds_nothing_but_the_id(queue_app):
    public_id = ask("test.file", pages=7)
    (message,) = job_queue().huey.storage.enqueued_items()
    content = json.loads(message)
    assert content[6:8] == [[public_id], {}]
    assert b"pages" not in message


def test_nothing_is_queued_when_the_transaction_fails(queue_app):
    class Refused(Exception):
        pass

    def fail_after_asking() -> None:
        with writing() as session:
            enqueue(session, "test.nothing", owner=OWNER, title="Document")
            raise Refused

    with pytest.raises(Refused):
        fail_after_asking()
    assert job_queue().idle()
    assert latest_own_jobs(OWNER, "test.nothing") == []


def test_work_without_a_file(queue_app):
    public_id = ask("test.nothing", total=4)
    run_waiting()
    done = row(public_id)
    assert (done.state, done.done, done.total, done.result_key) == ("done", 4, 4, None)


def test_a_typed_error_shows_its_sentence(queue_app):
    public_id = ask("test.typed")
    run_waiting()
    failed = row(public_id)
    assert (failed.state, failed.error) == ("failed", "There are not enough seats.")


def test_a_mail_that_no_server_takes_is_tried_again_later_and_later(queue_app, monkeypatch):
    """Of a new device its owner is told by this mail alone."""
    public_id, now = ask("test.patient"), utc_now()
    monkeypatch.setattr(services, "utc_now", lambda: now)
    monkeypatch.setattr(kinds.Step, "between", [Mock(side_effect=OSError)])
    run_waiting()
    for tried, minutes in enumerate((1, 5, 15, 60, 240), start=1):
        for seconds, attempts in ((minutes * 60 - 1, tried), (1, tried + 1)):
            now += timedelta(seconds=seconds)
            services.recover_dropped(now)
            run_waiting()
            assert row(public_id).attempts == attempts
    assert (row(public_id).state, row(public_id).attempts) == ("failed", 6)

    again = ask("test.patient")
    run_waiting()
    monkeypatch.setattr(kinds.Step, "between", [])
    now += timedelta(minutes=1)
    services.recover_dropped(now)
    run_waiting()
    assert (row(again).state, row(again).attempts) == ("done", 2)


def test_another_error_shows_no_value_and_logs_none(queue_app):
    public_id = ask("test.broken", person="p" * 16)
    with structlog.testing.capture_logs() as logged:
        run_waiting()
    failed = row(public_id)
    assert (failed.state, failed.error) == (
        "failed",
        "The work stopped because of an error. Try again, or tell an administrator.",
    )
    (entry,) = logged
    assert entry["event"] == "job_failed"
    assert (entry["job"], entry["error"]) == (public_id, "ValueError")
    assert "Achieng" not in str(entry)


def test_a_kind_that_is_gone_fails_with_a_sentence(queue_app):
    public_id = ask("test.nothing")
    with writing() as session:
        found = session.get(Job, row(public_id).id)
        assert found is not None
        found.kind = "test.gone"
    run_waiting()
    assert row(public_id).state == "failed"


def test_an_unknown_kind_is_refused_at_once(queue_app):
    with pytest.raises(services.UnknownKind), writing() as session:
        enqueue(session, "test.unknown", owner=OWNER, title="Document")


def test_cancelling_what_waits(queue_app):
    public_id = ask("test.file", pages=1)
    assert services.cancel(public_id, OTHER) is False
    assert row(public_id).state == "waiting"
    assert services.cancel(public_id, OWNER) is True
    run_waiting()
    cancelled = row(public_id)
    assert (cancelled.state, cancelled.attempts, cancelled.result_key) == ("cancelled", 0, None)
    assert cancelled.finished_at is not None
    assert services.cancel(public_id, OWNER) is True
    assert row(public_id).state == "cancelled"


def test_cancelling_what_runs(queue_app, monkeypatch):
    public_id = ask("test.steps", steps=10)
    seen: list[tuple[int, str, int, int]] = []

    def between(step: int) -> None:
        running = row(public_id)
        seen.append((step, running.state, running.done, running.total))
        if step == 2:
            assert services.cancel(public_id, OWNER)

    monkeypatch.setattr(kinds.Step, "between", [between])
    run_waiting()
    assert seen == [(step, "running", step, 10) for step in range(3)]
    cancelled = row(public_id)
    assert (cancelled.state, cancelled.done, cancelled.total) == ("cancelled", 3, 10)


def files_in(folder: Path) -> list[str]:
    return [path.name for path in (folder / "data" / "files").rglob("*") if path.is_file()]


def test_a_file_in_pieces_is_stored_while_it_is_made(queue_app, tmp_path, monkeypatch):
    public_id = ask("test.pieces", pieces=3)
    seen: list[tuple[str, int, int, bool]] = []

    def between(_piece: int) -> None:
        running = row(public_id)
        kept = public_id in files_in(tmp_path)
        seen.append((running.state, running.done, running.total, kept))

    monkeypatch.setattr(kinds.Step, "between", [between])
    run_waiting()
    assert seen == [("running", piece, 3, False) for piece in range(3)]
    done = row(public_id)
    assert (done.state, done.done, done.total, done.result_name) == ("done", 3, 3, "files.zip")
    whole = b"".join(bytes([piece]) * 65_536 for piece in range(3))
    assert storage.get(f"jobs/{public_id}") == whole
    assert public_id in files_in(tmp_path)
    assert kinds.make_pieces(SILENT, pieces=3).whole() == whole


# The first part of a file is written once 5 MB are there: 80 pieces.
@pytest.mark.parametrize("piece", [2, 100])
def test_what_ends_while_its_pieces_are_stored_leaves_no_file(
    queue_app, tmp_path, monkeypatch, piece
):
    broken = ask("test.pieces", pieces=120, breaks_at=piece)
    run_waiting()
    failed = row(broken)
    assert (failed.state, failed.error) == ("failed", "There are not enough seats.")
    cancelled = ask("test.pieces", pieces=120)
    monkeypatch.setattr(
        kinds.Step,
        "between",
        [lambda now: services.cancel(cancelled, OWNER) if now == piece else None],
    )
    run_waiting()
    assert (row(cancelled).state, row(cancelled).done) == ("cancelled", piece + 1)
    for public_id in (broken, cancelled):
        assert (row(public_id).result_key, row(public_id).result_name) == (None, "")
        assert not storage.exists(f"jobs/{public_id}")
    assert files_in(tmp_path) == []


def test_a_job_is_done_once_however_often_it_is_queued(queue_app):
    public_id = ask("test.file", pages=1)
    services.send_waiting(utc_now())
    assert run_waiting() == 2
    assert row(public_id).attempts == 1


def test_progress_is_not_reported_inside_a_transaction(queue_app):
    public_id = ask("test.nothing")
    progress = Progress(row(public_id).id, 3)
    with pytest.raises(RuntimeError), writing():
        progress.report(1)


def test_progress_writes_rarely_but_always_the_last(queue_app):
    public_id = ask("test.nothing")
    progress = Progress(row(public_id).id)
    progress.report(1, 500)
    for step in range(2, 500):
        progress.report(step)
    assert row(public_id).done == 1
    progress.report(500)
    assert (row(public_id).done, row(public_id).total) == (500, 500)


def test_progress_of_a_deleted_job_stops_the_work(queue_app):
    with pytest.raises(JobCancelled):
        Progress(424242).report(1, 2)


def test_silent_progress_writes_nothing(queue_app):
    SILENT.report(1, 2)
    assert kinds.make_file(SILENT, pages=1) == JobResult(
        name="document.pdf", content_type="application/pdf", content=b"%PDF"
    )


def dropped(kind: str, *, worker: str, silent_minutes: float = 0, attempts: int = 1) -> str:
    public_id = ask(kind)
    job_queue().huey.storage.flush_queue()
    with writing() as session:
        found = session.get(Job, row(public_id).id)
        assert found is not None
        found.state, found.worker, found.attempts = "running", worker, attempts
        found.heartbeat = utc_now() - timedelta(minutes=silent_minutes)
    return public_id


def test_a_starting_worker_finds_what_it_dropped(queue_app):
    once = dropped("test.slow_once", worker=worker_name())
    again = dropped("test.slow", worker=worker_name())
    too_often = dropped("test.slow", worker=worker_name(), attempts=3)
    elsewhere = dropped("test.slow", worker="another")
    assert services.recover_dropped(utc_now(), starting=True) == 3
    assert {name: row(name).state for name in (once, again, too_often, elsewhere)} == {
        once: "failed",
        again: "waiting",
        too_often: "failed",
        elsewhere: "running",
    }
    over = [name for name in (once, again, too_often, elsewhere) if row(name).finished_at]
    assert over == [once, too_often]
    assert row(once).error == "The work was interrupted before its end. Start it again."
    assert job_queue().huey.storage.queue_size() == 1


def test_a_silent_job_of_another_worker_is_found_after_some_minutes(queue_app):
    silent = dropped("test.slow", worker="another", silent_minutes=4)
    lively = dropped("test.slow", worker="another", silent_minutes=2)
    mine = dropped("test.slow", worker=worker_name(), silent_minutes=2)
    assert services.recover_dropped(utc_now()) == 1
    assert (row(silent).state, row(lively).state, row(mine).state) == (
        "waiting",
        "running",
        "running",
    )


def test_a_cancelled_job_is_not_started_again(queue_app):
    public_id = dropped("test.slow", worker=worker_name())
    services.cancel(public_id, OWNER)
    services.recover_dropped(utc_now(), starting=True)
    assert row(public_id).state == "cancelled"


def test_work_that_a_lost_queue_forgot_is_queued_again(queue_app):
    public_id = ask("test.nothing")
    job_queue().huey.storage.flush_queue()
    services.recover_dropped(utc_now())
    assert run_waiting() == 1
    assert row(public_id).state == "done"


def test_old_files_go_after_a_day_and_rows_after_a_month(queue_app):
    public_id = ask("test.file", pages=1)
    run_waiting()
    key = f"jobs/{public_id}"
    now = utc_now()
    assert services.delete_old_results(now + timedelta(hours=23)) == 0
    assert storage.exists(key)
    assert services.delete_old_results(now + timedelta(hours=25)) == 1
    assert not storage.exists(key)
    assert (row(public_id).result_key, row(public_id).result_name) == (None, "document.pdf")
    services.delete_old_results(now + timedelta(days=31))
    db.session.rollback()
    assert own_job(public_id, OWNER) is None


def test_a_file_goes_too_whose_end_found_no_room_to_be_written_down(queue_app, monkeypatch):
    """It may name people, and is what filled the disk."""
    public_id = ask("test.file", pages=1)
    with monkeypatch.context() as full:
        full.setattr(services, "finish", Mock(side_effect=OSError(errno.ENOSPC, "")))
        run_waiting()
    services.recover_dropped(utc_now(), job=public_id)
    assert row(public_id).state == "failed"
    assert storage.exists(f"jobs/{public_id}")
    assert services.delete_old_results(utc_now() + timedelta(hours=23)) == 0
    assert services.delete_old_results(utc_now() + timedelta(hours=25)) == 1
    assert not storage.exists(f"jobs/{public_id}")


def test_a_file_of_the_feature_itself_is_left_alone(queue_app):
    storage.put("certificates/batch", b"kept")
    public_id = ask("test.nothing")
    services.claim(public_id)
    services.finish(
        public_id,
        "done",
        result=JobResult(name="a.pdf", content_type="application/pdf", key="certificates/batch"),
    )
    assert services.delete_old_results(utc_now() + timedelta(hours=25)) == 0
    assert storage.get("certificates/batch") == b"kept"
