"""Keeps the worker alive beside the server.

The worker is a fork of the server's first process, after the application is loaded, so that they
share memory. A thread there waits for the worker's end, however it comes, and forks it again, later
each time it dies young.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable

import structlog

from kash.platform.jobs.processes import end_with, run_and_exit

log = structlog.get_logger("kash.platform.jobs")

_LONGEST_PAUSE = 30.0
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
            pause = min(pause * 2, _LONGEST_PAUSE)
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
