"""The site as it is served: gunicorn, two processes and the worker, over its own folder."""

import os
import queue
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import lend_compiled
from tests.forks import flask, heard_gunicorn

PROJECT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running server, which finds its templates compiled. What it prints is kept.

    Over an empty folder it begins with the tables of `database`, or without one by migrating.
    """

    def __init__(self, folder: Path, compiled: Path, database: Path | None = None) -> None:
        lend_compiled(folder, compiled)
        if database is not None:
            shutil.copyfile(database, folder / "kash.sqlite3")
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KASH_")},
            "KASH_DATA_DIR": str(folder),
            "KASH_PORT": str(self.port),
            "KASH_PUBLIC_URL": self.address,
            "KASH_MAIL_URL": f"file://{folder / 'mail'}",
        }
        self.printed: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        config = str(PROJECT / "gunicorn.conf.py")
        self._process, self._said = heard_gunicorn(["--config", config], self.environment)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._said:
            self.printed.append(line)
            self._lines.put(line)

    def wait_for(self, wanted: Callable[[str], re.Match[str] | None], seconds: float = 300) -> str:
        """The first group of the first line that matches."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                found = wanted(self._lines.get(timeout=0.2))
            except queue.Empty:
                if self._process.poll() is not None:
                    break
                continue
            if found:
                return found.group(1)
        raise AssertionError("the server did not say what was awaited:\n" + "".join(self.printed))

    def set_up_code(self) -> str:
        """The code that the terminal shows; the server answers when this returns."""
        code = self.wait_for(re.compile(r"set-up code: (\S+)").search)
        self.wait_for(re.compile(r"(http://localhost:\d+)").search)
        return code

    def command(self, *arguments: str) -> str:
        """Run a command of the application over the same folder; what it printed."""
        code, printed, error = flask(self.environment, *arguments)
        assert code == 0, printed + error
        return printed

    def stop(self) -> None:
        self._process.terminate()
        if self._process.wait(30) is None:
            self._process.kill()
            self._process.wait()
