"""Progress of running work, and what it hands back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from kash.platform.database import db, utc_now
from kash.platform.jobs.models import Job

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
            asked = connection.scalar(select(Job.cancel_asked).where(Job.id == self._job_id))
        if asked is not False:
            raise JobCancelled


@contextmanager
def writing_aside() -> Iterator[Connection]:
    """A short write transaction on a connection of its own; the work's session stays as it is."""
    engine = db.engine.execution_options(kash_writing=True)
    with engine.begin() as connection:
        yield connection


SILENT = Progress()
