"""The process that does background work, and the keeper that starts it again if it dies.

`python -m kash.platform.jobs.worker` runs one by hand; the server runs its own (`WorkerKeeper`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn

import structlog
from flask import Flask

from kash.platform.database import utc_now
from kash.platform.jobs import services
from kash.platform.jobs.runner import beat, where_it_broke
from kash.platform.jobs.services import job_queue

log = structlog.get_logger("kash.platform.jobs")

_END_ON_PARENT_DEATH = 1
# What a server's first process handles, and none of its children should.
_HANDLED = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGTTIN,
    signal.SIGTTOU,
    signal.SIGWINCH,
    signal.SIGCHLD,
)


def end_with(parent: int) -> None:
    """Drop inherited signal handling, and end when the parent ends, even when it is killed."""
    for number in _HANDLED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    ctypes.CDLL(None).prctl(_END_ON_PARENT_DEATH, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def run_and_exit(work: Callable[[], None]) -> NoReturn:
    """Work, then end this process without any of the clean-up that is its parent's."""
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        log.error(
            "worker_failed", error=type(error).__name__, at=where_it_broke(error.__traceback__)
        )
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


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


_KEEPER_LONGEST_PAUSE = 30.0
_GROWN_UP_AFTER = 60.0


class WorkerKeeper:
    """Runs `work` in a child process for as long as this process lives."""

    def __init__(self, work: Callable[[], None], *, first_pause: float = 0.5) -> None:
        self._work = work
        self._first_pause = first_pause
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.process = 0

    def start(self) -> None:
        """Fork the first worker, in the calling thread, and watch over it from another."""
        self._fork()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="worker-keeper")
        self._thread.start()

    def stop(self, seconds: float = 8.0) -> None:
        """End the worker: asked first, killed when it does not go in time."""
        self._stopping.set()
        self._signal(signal.SIGTERM)
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                self._signal(signal.SIGKILL)
                self._thread.join(1.0)

    def _signal(self, number: signal.Signals) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, number)

    def _watch(self) -> None:
        pause = self._first_pause
        while True:
            born = time.monotonic()
            _wait_for_end(self.process)
            if self._stopping.is_set():
                return
            if time.monotonic() - born > _GROWN_UP_AFTER:
                pause = self._first_pause
            log.warning("worker_died", again_in_seconds=pause)
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, _KEEPER_LONGEST_PAUSE)
            self._fork()

    def _fork(self) -> None:
        keeper = os.getpid()
        process = os.fork()
        if process:
            self.process = process
            return

        def work() -> None:
            end_with(keeper)
            self._work()

        run_and_exit(work)


def _wait_for_end(process: int) -> None:
    # By its descriptor: the server may collect the exit status of any child before we could.
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process, 0)
    finally:
        os.close(descriptor)
