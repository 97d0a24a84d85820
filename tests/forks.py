"""Processes of their own that need not load Kash, which takes seconds: forks of one that has loaded
it and has done nothing else."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.loaded"])


def in_fork(act: Callable[..., None], *given: Any) -> tuple[int | None, Any]:
    """Have a process call `act(*given, tell)`, where `tell` is the end of a pipe: its exit code, a
    signal's number below zero, and what it sent, or None."""
    hear, tell = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=act, args=(*given, tell))
    process.start()
    tell.close()
    said = None
    with contextlib.suppress(EOFError):
        said = hear.recv()
    process.join(120)
    return process.exitcode, said


def flask(environment: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
    """`flask ARGUMENTS` under these variables: its code, what it prints, and what as an error."""
    _, said = in_fork(_flask, dict(environment), arguments)
    assert said is not None, "the command was killed"
    code, printed, error = said
    return code, printed, error


def _flask(environment: dict[str, str], arguments: tuple[str, ...], tell: Connection) -> None:
    from flask.cli import main

    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["flask", "--app", "app", *arguments]
    printed, error = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(error):
        try:
            main()
        except SystemExit as end:
            code = end.code
    if isinstance(code, str):
        error.write(code)
        code = 1
    tell.send((code or 0, printed.getvalue(), error.getvalue()))
