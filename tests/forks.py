"""Processes of their own that need not load Kash, which takes seconds: forks of one that has loaded
it and has done nothing else."""

import contextlib
import io
import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO

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


class Forked:
    """A process that calls `act(*given)`, to be asked like one that a program began."""

    def __init__(self, act: Callable[..., None], *given: Any) -> None:
        self._process = _FORKS.Process(target=act, args=given)
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """Its exit code, a signal's number below zero; None as long as it runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int | None:
        """The same, when it has ended or the time is up."""
        self._process.join(timeout)
        return self._process.exitcode


def gunicorn(options: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
    """Gunicorn with these options and variables, in a session of its own; what it says is added to
    a file."""
    return Forked(_gunicorn, list(options), dict(environment), log)


def heard_gunicorn(options: Sequence[str], environment: Mapping[str, str]) -> tuple[Forked, TextIO]:
    """The same, and what it says, to be read as it comes."""
    hear, tell = _FORKS.Pipe(duplex=False)
    begun = Forked(_gunicorn, list(options), dict(environment), tell)
    tell.close()
    return begun, os.fdopen(os.dup(hear.fileno()), encoding="utf-8", errors="replace")


def heard_module(name: str, *arguments: str) -> tuple[Forked, TextIO]:
    """`python -m NAME ARGUMENTS`, and what it prints, to be read as it comes."""
    hear, tell = _FORKS.Pipe(duplex=False)
    begun = Forked(_heard_module, (name, *arguments), tell)
    tell.close()
    return begun, os.fdopen(os.dup(hear.fileno()), encoding="utf-8")


def _heard_module(arguments: tuple[str, ...], tell: Connection) -> None:
    os.dup2(tell.fileno(), 1)
    tell.close()
    _module(arguments)


def _gunicorn(options: list[str], environment: dict[str, str], says: Path | Connection) -> None:
    from gunicorn.app.wsgiapp import run

    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    with says.open("ab") if isinstance(says, Path) else says as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.argv = ["gunicorn", *options]
    run()


def flask(environment: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
    """`flask ARGUMENTS` under these variables: its code, what it prints, and what as an error."""
    return _told(_flask, environment, arguments, "")


def module(
    environment: Mapping[str, str], name: str, *arguments: str, typed: str = ""
) -> tuple[int, str, str]:
    """`python -m NAME ARGUMENTS` under these variables, with this to read as its input: its code,
    what it prints, and what as an error."""
    return _told(_module, environment, (name, *arguments), typed)


def _told(act: Callable[..., None], environment: Mapping[str, str], *given: Any) -> Any:
    _, said = in_fork(_command, act, dict(environment), *given)
    assert said is not None, "the command was killed"
    return said


def _flask(arguments: tuple[str, ...]) -> None:
    from flask.cli import main

    sys.argv = ["flask", "--app", "app", *arguments]
    main()


def _module(arguments: tuple[str, ...]) -> None:
    sys.argv = ["python", *arguments[1:]]
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _command(
    act: Callable[[tuple[str, ...]], None],
    environment: dict[str, str],
    arguments: tuple[str, ...],
    typed: str,
    tell: Connection,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    reading, writing = os.pipe()
    os.write(writing, typed.encode())
    os.close(writing)
    os.dup2(reading, 0)
    printed, error = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(error):
        try:
            act(arguments)
        except SystemExit as end:
            code = end.code
        except Exception:
            # As the interpreter tells what nobody caught.
            sys.excepthook(*sys.exc_info())
            code = 1
    if isinstance(code, str):
        error.write(f"{code}\n")
        code = 1
    tell.send((code or 0, printed.getvalue(), error.getvalue()))
