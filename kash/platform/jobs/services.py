"""Background work: its kinds and progress, asking for it, handing it out, and its queue."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import Connection, Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.platform import storage
from kash.platform.database import after_commit, db, utc_now, writing
from kash.platform.jobs.models import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from kash.platform.vault.audit import ActorLike, audited

if TYPE_CHECKING:
    from kash.settings import Settings


@dataclass(frozen=True)
class JobKind(Part):
    """A kind of work: `work(progress, **arguments) -> JobResult | None`.

    `resumable` work is started again when its worker died under it; other work is marked failed.
    Of `heavy` work each account has one piece done at a time, so that nobody keeps others waiting.
    `patient` work that failed, such as a mail that no server took, is tried again, later and later.
    Where it `needs` a permission, a person who asked and has lost it since gets neither page nor
    file.
    """

    name: str
    work: Callable[..., Any]
    resumable: bool = False
    heavy: bool = False
    patient: bool = False
    needs: str = ""


@dataclass(frozen=True)
class Chore(Part):
    """Work that the worker does every so many minutes (1 to 60), in an application context.

    What is done once an hour is done `at` this minute of it. Raises ValueError.
    """

    name: str
    work: Callable[[], object]
    minutes: int
    at: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.minutes <= 60:
            raise ValueError("a chore runs every 1 to 60 minutes")
        if self.at and (self.minutes != 60 or not 0 < self.at < 60):
            raise ValueError("only what is done once an hour has a minute of it")

    @property
    def minute(self) -> str:
        """The minutes at which it is done, as cron writes them."""
        return f"*/{self.minutes}" if self.minutes < 60 else str(self.at)


def kind_named(name: str) -> JobKind | None:
    """The kind of work of this name, if there is one."""
    return next((kind for kind in declared(JobKind) if kind.name == name), None)


def is_patient(name: str) -> bool:
    """True if work of this kind is tried again where it failed."""
    kind = kind_named(name)
    return kind is not None and kind.patient


def heavy_kinds() -> list[str]:
    """The kinds of which each account has one piece done at a time."""
    return [kind.name for kind in declared(JobKind) if kind.heavy]


_SECONDS_BETWEEN_WRITES = 0.5


class JobCancelled(Exception):
    """Its owner does not want the work any more; raised by `Progress.report`."""


@dataclass(frozen=True)
class JobResult:
    """The file that the work made.

    `name` is what the browser saves it under: neutral, no person, no group. With `content` the file
    is kept for a day; with `key` it lies in the store already and stays as long as its feature
    wants. A large file is handed back as an iterator of pieces, drawn once while they are stored:
    it may report progress but not use the file store, and whatever it raises leaves no file.
    """

    name: str
    content_type: str
    content: bytes | Iterator[bytes] | None = None
    key: str | None = None

    def whole(self) -> bytes:
        """The file as one, for work that is called without a job; pieces are drawn but once."""
        content = self.content or b""
        return content if isinstance(content, bytes) else b"".join(content)


class Progress:
    """How far one job is. `SILENT` is one for work that is called without a job."""

    def __init__(self, job_id: int | None = None, total: int = 0) -> None:
        self._job_id = job_id
        self._total = total
        self._next_write = 0.0

    def report(self, done: int, total: int | None = None) -> None:
        """Say how many of how many are done. Raises JobCancelled.

        Cheap: only a call every half second, or the last, reaches the row. Never to be called
        inside a write transaction, for which it would have to wait.
        """
        if total is not None:
            self._total = total
        if self._job_id is None:
            return
        now = time.monotonic()
        if now < self._next_write and done < self._total:
            return
        self._next_write = now + _SECONDS_BETWEEN_WRITES
        if db.session().info.get("kash_writing"):
            raise RuntimeError("progress is reported between write transactions, not inside one")
        with writing_aside() as connection:
            connection.execute(
                update(Job)
                .where(Job.id == self._job_id)
                .values(done=done, total=self._total, heartbeat=utc_now())
            )
            cancelled = connection.scalar(select(Job.cancel_asked).where(Job.id == self._job_id))
        if cancelled is not False:
            raise JobCancelled


@contextmanager
def writing_aside() -> Iterator[Connection]:
    """A short write transaction on a connection of its own; the work's session stays as it is."""
    engine = db.engine.execution_options(kash_writing=True)
    with engine.begin() as connection:
        yield connection


SILENT = Progress()


def own_job(public_id: str, owner: str) -> Job | None:
    """One's own job, or None: another's job is as if it were not there."""
    return db.session.scalar(select(Job).where(Job.public_id == public_id, Job.owner == owner))


def waits_for_own(job: Job) -> bool:
    """True if work waits because other heavy work of its owner is being done."""
    if job.state != WAITING or job.kind not in heavy_kinds():
        return False
    others = select(Job.id).where(
        Job.owner == job.owner, Job.state == RUNNING, Job.kind.in_(heavy_kinds())
    )
    return db.session.scalar(others.limit(1)) is not None


def latest_own_jobs(owner: str, kind: str, limit: int = 5) -> Sequence[Job]:
    """One's last jobs of a kind, newest first."""
    return db.session.scalars(
        select(Job)
        .where(Job.owner == owner, Job.kind == kind)
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(limit)
    ).all()


EXTENSION = "kash_jobs"
_NAME = "kash"


class _Json(Serializer):
    """Messages as JSON. The library's own format could run code when read."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(*json.loads(data))


class JobQueue:
    """One application's queue. Opened at first use, and again in every process after a fork.

    Also when its file is gone, with the data directory that it lay in.
    """

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        *,
        do_job: Callable[[Flask, str], None],
        do_chore: Callable[[Flask, Chore], None],
    ) -> None:
        self._app = app
        self._settings = settings
        self._do_job = do_job
        self._do_chore = do_chore
        self._huey: Any = None
        self._process = 0
        self._send: Any = None

    @property
    def huey(self) -> Huey:
        if self._huey is None or self._process != os.getpid() or self._is_gone():
            self._huey = self._open()
            self._process = os.getpid()
        return self._huey

    def _is_gone(self) -> bool:
        return not self._settings.queue_url and not self._file.exists()

    @property
    def _file(self) -> Path:
        return self._settings.data_dir / "queue.sqlite3"

    def send(self, public_id: str) -> None:
        """Tell the worker that this job waits."""
        self.huey  # noqa: B018 - opens the queue
        self._send(public_id)

    def idle(self) -> bool:
        """True if nothing waits in the queue."""
        return self.huey.storage.queue_size() == 0

    def next_task(self) -> Any:
        """Take one task out of the queue without waiting; None if it is empty."""
        if self.idle():
            return None
        return self.huey.dequeue()

    def _open(self) -> Any:
        logging.getLogger("huey").setLevel(logging.WARNING)
        common: dict[str, Any] = {"results": False, "serializer": _Json()}
        if self._settings.queue_url:
            queue: Any = RedisHuey(_NAME, url=self._settings.queue_url, **common)
        else:
            self._settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            queue = SqliteHuey(_NAME, filename=str(self._file), fsync=True, timeout=10, **common)

        app, do_job, do_chore = self._app, self._do_job, self._do_chore
        self._send = queue.task(name="job")(lambda public_id: do_job(app, public_id))
        with app.app_context():
            chores = declared(Chore)
        for chore in chores:
            clock = crontab(minute=chore.minute)
            queue.periodic_task(clock, name=chore.name)(lambda chore=chore: do_chore(app, chore))
        return queue


def job_queue() -> JobQueue:
    """The present application's queue."""
    queue: JobQueue = current_app.extensions[EXTENSION]
    return queue


def worker_name() -> str:
    """Name of this installation's worker on this machine, the same after a restart."""
    place = f"{socket.gethostname()}:{job_queue()._settings.data_dir}"
    return hashlib.sha256(place.encode()).hexdigest()[:24]


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
    job = Job(
        kind=kind,
        title=title,
        owner=owner,
        total=total,
        back=back if back.startswith("/") and not back.startswith("//") else "",
        arguments=arguments,
        language=str(get_locale() or "en"),
    )
    session.add(job)
    session.flush()
    public_id = job.public_id
    queue = job_queue()
    after_commit(lambda: queue.send(public_id))
    return job


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
    job = session.scalar(select(Job).where(Job.public_id == public_id))
    if job is None:
        return None
    if job.kind in heavy_kinds():
        # All of them in one order, so that two workers never take one each.
        heavy = session.scalars(_heavy_of(job.owner, WAITING, RUNNING).with_for_update()).all()
        if any(other.state == RUNNING for other in heavy):
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
        jobs = session.scalars(
            select(Job).where(and_(Job.state == RUNNING, dropped)).with_for_update()
        ).all()
        for lost in jobs:
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
    return len(jobs)


def send_waiting(now: datetime) -> None:
    """Tell the queue again of waiting work that it may have lost, and of what is tried again now.

    Harmless if it knows: work is claimed once.
    """
    with writing() as session:
        jobs = session.scalars(select(Job).where(Job.state == WAITING).order_by(Job.id)).all()
        waiting = [job.public_id for job in jobs if not _rests(job, now)]
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
    for part in declared(ResultsKept):
        return part.source()
    return Kept()


def delete_old_results(now: datetime) -> int:
    """Delete files that jobs made, and rows, once they are as old as `results_kept` says.

    So goes a file that no row names, left by work whose end could not be written down. Returns how
    many files went.
    """
    lengths = results_kept()
    with writing() as session:
        old = session.scalars(
            select(Job)
            .where(Job.result_key.is_not(None), Job.finished_at < now - lengths.files)
            .limit(500)
            .with_for_update()
        ).all()
        keys = [job.result_key for job in old if job.result_key]
        for job in old:
            job.result_key = None
        session.execute(delete(Job).where(Job.finished_at < now - lengths.rows))
    own = [key for key in keys if key.startswith(f"{RESULT_FOLDER}/")]
    for key in own:
        storage.delete(key)
    return len(own) + _delete_unnamed(now - lengths.files)


def _delete_unnamed(before: datetime) -> int:
    old = (file.key for file in storage.list(RESULT_FOLDER) if file.changed_at < before)
    deleted = 0
    while keys := list(islice(old, 200)):
        named = set(db.session.scalars(select(Job.result_key).where(Job.result_key.in_(keys))))
        db.session.rollback()
        for key in keys:
            if key not in named:
                storage.delete(key)
                deleted += 1
    return deleted
