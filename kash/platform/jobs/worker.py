"""The worker: the process that takes jobs out of the queue, two at a time.

Chores are done beside them, two at a time as well: an officer who must be told that somebody is
held waits for nobody's papers.

Each job and each chore is done by a child, forked for it alone. What work loads and leaves behind
goes with the child, so that the worker stays as small as it was born, and a job that brings its
process down takes nothing along. The worker itself has one thread and opens nothing but the queue,
which makes forking safe.

`python -m kash.platform.jobs.worker` runs one by hand; the server runs its own (`keeper`).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask

from kash.platform.database import utc_now
from kash.platform.jobs import services
from kash.platform.jobs.processes import end_with, run_and_exit
from kash.platform.jobs.queue import job_queue
from kash.platform.jobs.runner import beat

log = structlog.get_logger("kash.platform.jobs")

JOBS_AT_ONCE = CHORES_AT_ONCE = 2
_SHORTEST_PAUSE, _LONGEST_PAUSE, _PAUSE_GROWS = 0.05, 0.5, 1.15
_PAUSE_AFTER_FAILURE = 5.0


class Dispatcher:
    """Takes tasks out of the queue and has each done by a child."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = False
        # Each child with the public id of its job, or nothing for a chore.
        self._children: dict[int, str] = {}
        self._died: list[str] = []
        self._pause = _SHORTEST_PAUSE
        # The minute for which chores were asked last, and those that wait.
        self._minute = 0
        self._chores: deque[Any] = deque()

    def run(self) -> None:
        """Work until told to stop: SIGTERM at once, SIGINT after the jobs in hand."""
        signal.signal(signal.SIGINT, self._stop)
        self._do(lambda: services.recover_dropped(utc_now(), starting=True))
        os.waitpid(self._children.popitem()[0], 0)
        log.info("worker_started")
        with self._app.app_context():
            while not self._stopping or self._children:
                self._collect()
                if not self._begin_something():
                    time.sleep(self._pause)
                    self._pause = min(self._pause * _PAUSE_GROWS, _LONGEST_PAUSE)

    def _stop(self, _number: int, _frame: Any) -> None:
        self._stopping = True

    def _collect(self) -> None:
        """Take note of the children that have ended."""
        for process in list(self._children):
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended:
                continue
            job = self._children.pop(process)
            self._pause = _SHORTEST_PAUSE
            if status:
                log.warning("job_process_died", job=job, status=status)
                if job:
                    self._died.append(job)

    def _begin_something(self) -> bool:
        """Begin what is due, if a child may be had for it; whether anything was."""
        jobs = sum(1 for job in self._children.values() if job)
        chores = len(self._children) - jobs
        if self._died and chores < CHORES_AT_ONCE:
            lost = self._died.pop()
            self._do(lambda: services.recover_dropped(utc_now(), job=lost))
            return True
        if self._stopping:
            return False
        try:
            self._ask_for_chores()
            if self._chores and chores < CHORES_AT_ONCE:
                chore = self._chores.popleft()
                self._do(lambda: job_queue().huey.execute(chore))
                return True
            if jobs >= JOBS_AT_ONCE:
                self._pause = _SHORTEST_PAUSE
                return False
            task = job_queue().next_task()
        except Exception as error:
            # The queue's file may be locked, the disk full, or Valkey away for a moment. It is not
            # asked again at once, or the log would grow and grow.
            log.error("queue_failed", error=type(error).__name__)
            self._pause = _PAUSE_AFTER_FAILURE
            return False
        if task is None:
            return False
        self._pause = _SHORTEST_PAUSE
        job = str(task.args[0]) if task.args else ""
        self._do(lambda: job_queue().huey.execute(task), job)
        return True

    def _ask_for_chores(self) -> None:
        # By the clock on the wall, so that no minute is passed over. What was missed while the
        # machine slept is not made up for.
        minute = int(time.time() // 60)
        if minute == self._minute:
            return
        self._minute = minute
        waiting = {chore.name for chore in self._chores}
        for chore in job_queue().huey.read_periodic(None):
            if chore.name not in waiting:
                self._chores.append(chore)

    def _do(self, act: Callable[[], object], job: str = "") -> None:
        """Have a child do something. It may not share the connection to the queue."""
        app, parent = self._app, os.getpid()
        with app.app_context():
            job_queue().huey.storage.close()
        process = os.fork()
        if process:
            self._children[process] = job
            return

        def work() -> None:
            end_with(parent)
            stopped = threading.Event()
            threading.Thread(target=beat, args=(app, stopped), daemon=True).start()
            with app.app_context():
                act()

        run_and_exit(work)


def run_worker(app: Flask) -> None:
    """Work until told to stop: SIGTERM at once, SIGINT after the jobs in hand."""
    Dispatcher(app).run()


if __name__ == "__main__":
    from kash.application import create_app

    run_worker(create_app())
