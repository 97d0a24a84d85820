"""The queue between the web processes and the worker: SQLite by default, Valkey by address.

What travels is JSON and only ever a job's public id; whoever can write into the queue can start
work that was asked for, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer

from kash.feature import declared
from kash.platform.jobs.kinds import Chore

if TYPE_CHECKING:
    from kash.settings import Settings


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
