"""The real server, started for a measurement, and what it holds in memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PROJECT = Path(__file__).resolve().parents[1]
_SECONDS_TO_START = 60.0
# As `./kash.sh run` starts it.
ARENAS = {"MALLOC_ARENA_MAX": "2"}


class NotServing(Exception):
    """The server ended, or did not answer in time."""


@dataclass(frozen=True)
class Server:
    """A running server: the process that gunicorn began with, and its port."""

    process: int
    port: int

    def descendants(self) -> set[int]:
        """Every process below the first one: web processes, the worker, what they started."""
        return _below(self.process)


@contextmanager
def served(environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Serve by gunicorn.conf.py, timed, on a free port. Raises NotServing."""
    port = free_port()
    told = {**os.environ, **ARENAS, **environment, "KASH_PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    with log.open("wb") as output:
        started = subprocess.Popen(
            [*command, "benchmarks.timed:application"],
            cwd=PROJECT,
            env=told,
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(started, port, log)
            yield Server(started.pid, port)
        finally:
            started.terminate()
            try:
                started.wait(30)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


class Started(Protocol):
    """A process that was started."""

    pid: int

    def poll(self) -> int | None:
        """Its code once it has ended."""

    def wait(self, timeout: float | None = None) -> int | None:
        """Its code, when it has ended."""


def wait_for(started: Started, port: int, log: Path) -> None:
    """Until a server that was started answers. Raises NotServing."""
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        if started.poll() is not None:
            raise NotServing(log.read_text(errors="replace")[-2000:])
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError as answer:
            # It answers, whatever it thinks of its health: the pages will tell.
            answer.close()
            return
        except OSError:
            time.sleep(0.1)
    raise NotServing("The server did not answer in time.")


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _below(process: int) -> set[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        # The name, in brackets, may hold blanks; the parent is the second field after it.
        parent = int(stat.rpartition(")")[2].split()[1])
        parents.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    waiting = [process]
    while waiting:
        for child in parents.get(waiting.pop(), ()):
            found.add(child)
            waiting.append(child)
    return found
