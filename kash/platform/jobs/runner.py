"""Doing the work: one job from claim to end, the chores by the clock, and the sign of life."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import structlog
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import update

from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.jobs import services
from kash.platform.jobs.models import CANCELLED, DONE, FAILED, RUNNING, Job
from kash.platform.jobs.services import (
    EXTENSION,
    Chore,
    JobCancelled,
    JobQueue,
    JobResult,
    Progress,
    job_queue,
    kind_named,
    writing_aside,
)
from kash.settings import Settings

log = structlog.get_logger("kash.platform.jobs")

HEARTBEAT_SECONDS = 20
_PACKAGE = Path(__file__).parents[2]

_running: set[int] = set()
_running_lock = threading.Lock()


def init_jobs(app: Flask, settings: Settings) -> None:
    """Give the application its queue; nothing is opened yet."""
    app.extensions[EXTENSION] = JobQueue(app, settings, do_job=run_job, do_chore=run_chore)


def run_job(app: Flask, public_id: str) -> None:
    """Do one job, if it still waits. Raises nothing: how it ended is in its row."""
    with app.app_context():
        claimed = services.claim(public_id)
        if claimed is None:
            return
        with _running_lock:
            _running.add(claimed.id)
        try:
            with force_locale(claimed.language):
                _do(claimed)
        finally:
            with _running_lock:
                _running.discard(claimed.id)


def _do(claimed: Job) -> None:
    public_id = claimed.public_id
    try:
        kind = kind_named(claimed.kind)
        if kind is None:
            raise services.UnknownKind(claimed.kind)
        result = kind.work(Progress(claimed.id, claimed.total), **claimed.arguments)
        _keep(public_id, result)
    except JobCancelled:
        db.session.rollback()
        services.finish(public_id, CANCELLED)
    except Exception as error:
        db.session.rollback()
        log.error(
            "job_failed",
            job=public_id,
            kind=claimed.kind,
            error=type(error).__name__,
            at=where_it_broke(error.__traceback__),
        )
        if not services.try_later(public_id):
            services.finish(public_id, FAILED, error=sentence_of(error))
    else:
        services.finish(public_id, DONE, result=result)


def _keep(public_id: str, result: JobResult | None) -> None:
    if result is not None and result.content is not None:
        storage.put(f"{services.RESULT_FOLDER}/{public_id}", result.content)


def sentence_of(error: BaseException) -> str:
    """Sentence of an error that a person may read: its own if it is one of ours."""
    if hasattr(error, "sentence"):
        return str(error)
    return _("The work stopped because of an error. Try again, or tell an administrator.")


def where_it_broke(traceback: TracebackType | None) -> str:
    """File and line of the innermost frame of ours: no values, unlike a traceback."""
    place = ""
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.is_relative_to(_PACKAGE):
            place = f"{path.relative_to(_PACKAGE)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def run_chore(app: Flask, chore: Chore) -> None:
    """Do one chore; an error is logged and the chore comes again at its time."""
    with app.app_context():
        try:
            chore.work()
        except Exception as error:
            log.error(
                "chore_failed",
                chore=chore.name,
                error=type(error).__name__,
                at=where_it_broke(error.__traceback__),
            )


def run_waiting() -> int:
    """Do everything that waits in the queue here and now, without a worker; returns how many.

    For the command line and for tests.
    """
    queue = job_queue()
    done = 0
    while (task := queue.next_task()) is not None:
        queue.huey.execute(task)
        done += 1
    return done


def beat(app: Flask, stopped: threading.Event) -> None:
    """Show a sign of life for what runs in this process, until stopped."""
    while not stopped.wait(HEARTBEAT_SECONDS):
        with _running_lock:
            running = sorted(_running)
        if not running:
            continue
        try:
            with app.app_context(), writing_aside() as connection:
                connection.execute(
                    update(Job)
                    .where(Job.id.in_(running), Job.state == RUNNING)
                    .values(heartbeat=utc_now())
                )
        except Exception as error:
            log.error("heartbeat_failed", error=type(error).__name__)
