"""Children of the press that need not load its engine, which takes a second: clones of one that has
loaded it (`tests/warm_press.py`)."""

import os
import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from kash.platform.confinement import children
from kash.platform.press import child_process

_PRESS = "kash.platform.press.child"
_WARM = Path(__file__).with_name("warm_press.py")
# The modules of tests that look at how a child is started, kept in bounds and ended.
OWN_CHILDREN = ("test_child.py", "test_child_process.py")


class _Clone(subprocess.Popen[bytes]):
    """A child that was made elsewhere, and is waited for and ended here as any other."""

    def __init__(self, pid: int, stdin: int, stdout: int) -> None:
        self.args = _PRESS
        self.pid = pid
        self.stdin = os.fdopen(stdin, "wb", 0)
        self.stdout = os.fdopen(stdout, "rb")
        self.stderr = None
        self.returncode = None  # type: ignore[assignment] # as long as it runs
        self._child_created = True
        self._waitpid_lock = threading.Lock()


class WarmPress:
    """Starts children of the press as clones; whatever else, and in forks, as ever."""

    def __init__(self, start: Callable[..., subprocess.Popen[bytes]]) -> None:
        self._start = start
        self._owner = os.getpid()
        self._turn = threading.Lock()
        self._press: subprocess.Popen[bytes] | None = None
        self._ask, self._asked = socket.socketpair()

    def __call__(
        self, module: str, arguments: Sequence[object] = (), **how: Any
    ) -> subprocess.Popen[bytes]:
        if module != _PRESS or os.getpid() != self._owner:
            return self._start(module, arguments, **how)
        with self._turn:
            return self._clone()

    def _clone(self) -> subprocess.Popen[bytes]:
        if self._press is None:
            self._press = subprocess.Popen(
                [
                    *(sys.executable, "-s", "-P", str(_WARM), str(children._THRESHOLD)),
                    str(self._asked.fileno()),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=[self._asked.fileno()],
                cwd="/",
                env=children._environment(fonts=True),
            )
            self._asked.close()
        its_in, stdin = os.pipe()
        stdout, its_out = os.pipe()
        socket.send_fds(self._ask, [b"1"], [its_in, its_out])
        pid = int(self._ask.recv(16, socket.MSG_WAITALL))
        os.close(its_in)
        os.close(its_out)
        return _Clone(pid, stdin, stdout)

    def end(self) -> None:
        # The press hears of it whoever else, forked meanwhile, has this end too.
        self._ask.shutdown(socket.SHUT_RDWR)
        self._ask.close()
        if self._press is not None:
            self._press.wait(20)


@pytest.fixture(scope="session")
def warm_press():
    """One for each worker, which loads at its first use."""
    press = WarmPress(children.start)
    yield press
    press.end()


@pytest.fixture(autouse=True, scope="module")
def _presses_are_warm(request, warm_press):
    if platform.machine() != "x86_64" or request.path.name in OWN_CHILDREN:
        yield
        return
    child_process.start = warm_press  # type: ignore[assignment]
    yield
    child_process.start = children.start
