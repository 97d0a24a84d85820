"""Asking for work, cancelling it, and what the worker writes down about it.

Bookkeeping, and therefore not audited: who may ask for what, and that she did, is the business of
the feature that enqueues. That a file was fetched is noted here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.platform import storage
from kash.platform.database import after_commit, db, utc_now, writing
from kash.platform.jobs.kinds import heavy_kinds, is_patient, kind_named
from kash.platform.jobs.models import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from kash.platform.jobs.progress import JobResult
from kash.platform.jobs.queue import job_queue, worker_name
from kash.platform.vault.audit import ActorLike, audited

RESULT_FOLDER = "jobs"
SILENT_FOR = timedelta(minutes=3)
MOST_ATTEMPTS = 3
# After each try of patient work that failed.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))


class UnknownKind(LookupError):
    """No work of this kind is registered."""


def enqueue(
    session: Session,
    kind: str,
    *,
    owner: str,
    title: str,
    total: int = 0,
    back: str = "",
    **arguments: Any,
) -> Job:
    """Ask for work, inside the caller's write transaction; it starts once that is durable.

    `owner` is the asker's public id, `title` a neutral text, `arguments` ids and plain choices.
    `back` is the path of the page that asks, to which the job's page leads back.
    """
    if kind_named(kind) is None:
        raise UnknownKind(kind)
    asked = Job(
        kind=kind,
        title=title,
        owner=owner,
        total=total,
        back=back if back.startswith("/") and not back.startswith("//") else "",
        arguments=arguments,
        language=str(get_locale() or "en"),
    )
    session.add(asked)
    session.flush()
    public_id = asked.public_id
    queue = job_queue()
    after_commit(lambda: queue.send(public_id))
    return asked


def cancel(public_id: str, owner: str) -> bool:
    """Cancel one's own work: at once if it waits, at its next step if it runs.

    False if there is no such work of this owner. Work that has ended stays as it is.
    """
    with writing() as session:
        wanted = session.scalar(
            select(Job).where(Job.public_id == public_id, Job.owner == owner).with_for_update()
        )
        if wanted is None:
            return False
        if not wanted.ended:
            wanted.cancel_asked = True
        if wanted.state == WAITING:
            wanted.state = CANCELLED
            wanted.finished_at = utc_now()
        return True


def note_fetched(public_id: str, by: ActorLike) -> None:
    """Note that the file of a job was fetched."""
    with audited("files.exported", by) as change:
        change.about("file:jobs.result", public_id)


def claim(public_id: str) -> Job | None:
    """Take waiting work into this worker's hands; None if it is no longer waiting.

    Heavy work whose owner has other heavy work in hand is left waiting: it is sent again once that
    has ended. So is patient work until its next try.
    """
    with writing() as session:
        taken = _in_turn(session, public_id)
        if taken is None or taken.state != WAITING or _rests(taken, utc_now()):
            return None
        taken.state = RUNNING
        taken.done = 0
        taken.attempts += 1
        taken.worker = worker_name()
        taken.started_at = taken.heartbeat = utc_now()
        session.flush()
        session.refresh(taken)
        session.expunge(taken)
        return taken


def _heavy_of(owner: str, *states: str) -> Select[Job]:
    return (
        select(Job)
        .where(Job.owner == owner, Job.kind.in_(heavy_kinds()), Job.state.in_(states))
        .order_by(Job.id)
    )


def _in_turn(session: Session, public_id: str) -> Job | None:
    """A job, locked, unless it is heavy and other heavy work of its owner is being done."""
    asked = session.scalar(select(Job).where(Job.public_id == public_id))
    if asked is None:
        return None
    if asked.kind in heavy_kinds():
        # All of them in one order, so that two workers never take one each.
        found = session.scalars(_heavy_of(asked.owner, WAITING, RUNNING).with_for_update()).all()
        if any(each.state == RUNNING for each in found):
            return None
    return session.scalar(select(Job).where(Job.public_id == public_id).with_for_update())


def _send_next(session: Session, ended: Job) -> None:
    """Tell the queue of the heavy work that waited for this to end."""
    if ended.kind not in heavy_kinds():
        return
    session.flush()
    following = session.scalar(_heavy_of(ended.owner, WAITING).limit(1))
    if following is not None:
        queue, public_id = job_queue(), following.public_id
        after_commit(lambda: queue.send(public_id))


def finish(public_id: str, state: str, *, error: str = "", result: JobResult | None = None) -> None:
    """Write down how running work ended."""
    with writing() as session:
        ended = session.scalar(select(Job).where(Job.public_id == public_id).with_for_update())
        if ended is None or ended.state != RUNNING:
            return
        ended.state = state
        ended.error = error
        ended.finished_at = utc_now()
        if state == DONE:
            ended.done = ended.total = max(ended.done, ended.total)
        if result is not None:
            ended.result_key = result.key or f"{RESULT_FOLDER}/{public_id}"
            ended.result_name = result.name
            ended.result_type = result.content_type
        _send_next(session, ended)


def _has_tries(job: Job) -> bool:
    return is_patient(job.kind) and job.attempts <= len(_PAUSES)


def _rests(job: Job, now: datetime) -> bool:
    """True if patient work that failed waits for its next try still."""
    if job.started_at is None or not job.attempts or not _has_tries(job):
        return False
    return now < job.started_at + _PAUSES[job.attempts - 1]


def try_later(public_id: str) -> bool:
    """Have patient work that failed tried again later; False if it had all its tries."""
    with writing() as session:
        failed = session.scalar(select(Job).where(Job.public_id == public_id).with_for_update())
        if failed is None or failed.state != RUNNING or failed.cancel_asked:
            return False
        if not _has_tries(failed):
            return False
        failed.state = WAITING
        return True


def recover_dropped(now: datetime, *, starting: bool = False, job: str = "") -> int:
    """Start again, or mark failed, the work that a dead worker held. Returns how many.

    Dropped is what has shown no sign of life for some minutes; when this worker is just starting,
    also whatever is in its own name; and `job`, whose process was seen to die.
    """
    dropped = or_(Job.heartbeat < now - SILENT_FOR, Job.heartbeat.is_(None))
    if starting:
        dropped = or_(dropped, Job.worker == worker_name())
    if job:
        dropped = or_(dropped, Job.public_id == job)
    queue = job_queue()
    with writing() as session:
        found = session.scalars(
            select(Job).where(and_(Job.state == RUNNING, dropped)).with_for_update()
        ).all()
        for lost in found:
            kind = kind_named(lost.kind)
            if lost.cancel_asked:
                lost.state = CANCELLED
            elif kind is not None and kind.resumable and lost.attempts < MOST_ATTEMPTS:
                lost.state = WAITING
            elif _has_tries(lost):
                # Rather told twice than not at all.
                lost.state = WAITING
            else:
                lost.state = FAILED
                lost.error = _("The work was interrupted before its end. Start it again.")
            if lost.ended:
                lost.finished_at = now
                _send_next(session, lost)
    if starting or job or queue.idle():
        send_waiting(now)
    return len(found)


def send_waiting(now: datetime) -> None:
    """Tell the queue again of waiting work that it may have lost, and of what is tried again now.

    Harmless if it knows: work is claimed once.
    """
    with writing() as session:
        found = session.scalars(select(Job).where(Job.state == WAITING).order_by(Job.id)).all()
        waiting = [job.public_id for job in found if not _rests(job, now)]
    queue = job_queue()
    for public_id in waiting:
        queue.send(public_id)


@dataclass(frozen=True)
class Kept:
    """How long a job's file and its row stay after it finished."""

    files: timedelta = timedelta(hours=24)
    rows: timedelta = timedelta(days=30)


@dataclass(frozen=True)
class ResultsKept(Part):
    """The source of how long results are kept; without one a day, and rows a month."""

    source: Callable[[], Kept]


def results_kept() -> Kept:
    """How long results are kept now."""
    for one in declared(ResultsKept):
        return one.source()
    return Kept()


def delete_old_results(now: datetime) -> int:
    """Delete files that jobs made, and rows, once they are as old as `results_kept` says.

    So goes a file that no row names, left by work whose end could not be written down. Returns how
    many files went.
    """
    kept = results_kept()
    with writing() as session:
        old = session.scalars(
            select(Job)
            .where(Job.result_key.is_not(None), Job.finished_at < now - kept.files)
            .limit(500)
            .with_for_update()
        ).all()
        keys = [row.result_key for row in old if row.result_key]
        for row in old:
            row.result_key = None
        session.execute(delete(Job).where(Job.finished_at < now - kept.rows))
    own = [key for key in keys if key.startswith(f"{RESULT_FOLDER}/")]
    for key in own:
        storage.delete(key)
    return len(own) + _delete_unnamed(now - kept.files)


def _delete_unnamed(before: datetime) -> int:
    old = (found.key for found in storage.list(RESULT_FOLDER) if found.changed_at < before)
    deleted = 0
    while keys := list(islice(old, 200)):
        named = set(db.session.scalars(select(Job.result_key).where(Job.result_key.in_(keys))))
        db.session.rollback()
        for key in keys:
            if key not in named:
                storage.delete(key)
                deleted += 1
    return deleted
