"""Forked processes: how each begins, how it ends, and what is said of it when it fails."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

import structlog

from kash.platform.jobs.runner import where_it_broke

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
            "worker_failed",
            error=type(error).__name__,
            at=where_it_broke(error.__traceback__),
        )
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)
