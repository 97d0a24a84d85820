"""Web processes that have grown are replaced, and nobody who asks something notices."""

from __future__ import annotations

import http.client
import mmap
import os
import re
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from kash.platform.operations import renewal
from kash.platform.operations.memory import resident_mb, unshared_mb
from kash.platform.operations.numbers import folder_for_numbers
from kash.platform.operations.renewal import Renewal
from kash.settings import Settings
from tests.platform.operations.test_server import Running, children, until

SIZE = 20_000_000


class Process:
    """What the server's library tells of a web process."""

    alive = True
    nr = 0
    held = 0
    renewed = False


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What this process was told, instead of being told it."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(renewal, "_SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(renewal.os, "kill", lambda *told: sent.append(told))
    return sent


@pytest.fixture
def process() -> Iterator[Process]:
    one = Process()
    yield one
    one.alive = False


def test_a_process_that_holds_too_much_ends_between_requests(
    signals: list[tuple[int, int]], process: Process
) -> None:
    watched = Renewal(limit_mb=1)
    watched.watch(process)
    time.sleep(0.1)
    assert signals == [], "nothing was asked of it yet"
    watched.begun()
    watched.begun()
    process.nr = 2
    time.sleep(0.1)
    watched.done()
    assert signals == [], "a request is in hand"
    watched.done()
    assert signals == [(os.getpid(), signal.SIGTERM)]
    watched.begun()
    watched.done()
    assert signals == [(os.getpid(), signal.SIGTERM)], "once is enough"
    assert process.renewed, "what is on its way is let come"


def test_a_process_that_nobody_asks_ends_by_itself(
    signals: list[tuple[int, int]], process: Process
) -> None:
    watched = Renewal(limit_mb=1)
    watched.begun()
    watched.done()
    process.nr = 1
    watched.watch(process)
    until(lambda: bool(signals))
    assert signals == [(os.getpid(), signal.SIGTERM)]


def test_a_process_within_its_limit_goes_on(
    signals: list[tuple[int, int]], process: Process
) -> None:
    watched = Renewal(limit_mb=100_000)
    watched.watch(process)
    for number in range(1, 11):
        watched.begun()
        process.nr = number
        time.sleep(0.02)
        watched.done()
    assert signals == []


def test_a_process_that_holds_bodies_of_others_has_not_grown(
    signals: list[tuple[int, int]], process: Process
) -> None:
    # This process gives back some memory of tests before, or takes some, at any moment.
    watched = Renewal(limit_mb=unshared_mb() + 6 * SIZE / 1e6)
    with mmap.mmap(-1, 12 * SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as bodies:
        for _ in range(12):
            bodies.write(b"a" * SIZE)
        process.held = 12 * SIZE
        watched.watch(process)
        watched.begun()
        process.nr = 1
        time.sleep(0.2)
        watched.done()
        assert signals == []
        process.held = 0
        process.nr = 2
        until(lambda: bool(signals))


@dataclass
class Child:
    """A fork of this process that did something and waits."""

    process: int
    answer: bool
    let_go: int

    def end(self) -> None:
        os.write(self.let_go, b".")
        os.close(self.let_go)
        os.waitpid(self.process, 0)


def in_child(act: Callable[[], bool]) -> Child:
    told, tell = os.pipe()
    go, let_go = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.write(tell, b"1" if act() else b"0")
            os.read(go, 1)
        finally:
            os._exit(0)
    os.close(tell)
    os.close(go)
    answer = os.read(told, 1) == b"1"
    os.close(told)
    return Child(process, answer, let_go)


def test_processes_take_turns() -> None:
    shared = Renewal(limit_mb=1)
    first = in_child(shared._take_turn)
    assert first.answer
    for _ in range(2):
        other = in_child(shared._take_turn)
        other.end()
        assert not other.answer, "the first has not ended"
    first.end()
    last = in_child(shared._take_turn)
    last.end()
    assert last.answer


def test_what_is_shared_counts_once_and_as_nobodys_own() -> None:
    with mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as block:
        block[:] = b"a" * SIZE

        def copy() -> bool:
            block[:] = b"b" * SIZE
            return True

        alone, own = resident_mb(["self"]), unshared_mb()
        sharing = in_child(lambda: True)
        assert unshared_mb() < own - 0.9 * SIZE / 1e6
        both = resident_mb([os.getpid(), sharing.process])
        assert both < alone + 0.9 * SIZE / 1e6
        copying = in_child(copy)
        assert unshared_mb(copying.process) > 0.9 * SIZE / 1e6
        all_three = resident_mb([os.getpid(), sharing.process, copying.process])
        assert all_three > both + 0.9 * SIZE / 1e6
        sharing.end()
        copying.end()
        assert unshared_mb(copying.process) == 0.0, "it is gone"


@pytest.fixture
def small(tmp_path: Path, opened: Callable[[Settings], Flask], compiled: Path) -> Iterator[Running]:
    opened(Settings(data_dir=tmp_path / "var"))
    server = Running(tmp_path, compiled, KASH_WEB_MEMORY_MB="18")
    yield server
    server.process.terminate()
    server.process.wait(20)


ASKED_BY_EACH = 150


def ask(port: int) -> Counter[int]:
    """Ask on one connection, which is opened again where the server says that it closes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    found: Counter[int] = Counter()
    for _ in range(ASKED_BY_EACH):
        connection.request("GET", "/setup")
        answer = connection.getresponse()
        answer.read()
        found[answer.status] += 1
        time.sleep(0.05)
    connection.close()
    return found


@pytest.mark.services
def test_nobody_notices_that_processes_are_replaced(small: Running, tmp_path: Path) -> None:
    until(lambda: len(children(small.process.pid)) == 3)
    before = children(small.process.pid)
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(ask, [small.port] * 4))
    assert sum(answers, Counter()) == {200: 4 * ASKED_BY_EACH}
    # Both were replaced, the worker was not.
    until(lambda: len(children(small.process.pid) - before) == 2)
    assert len(before & children(small.process.pid)) == 1

    # What was counted is kept, in as many files as there are places. The first process's are empty.
    first = f"_{small.process.pid}.db"
    folder = folder_for_numbers(tmp_path / "var")
    assert folder is not None
    files = {path.name for path in folder.iterdir() if not path.name.endswith(first)}
    assert files == {
        f"{kind}_web-{place}.db" for kind in ("counter", "histogram", "summary") for place in (1, 2)
    }
    with urllib.request.urlopen(f"http://127.0.0.1:{small.port}/metrics") as answer:
        numbers = answer.read().decode()
    (counted,) = re.findall(
        r'kash_requests_total\{endpoint="desk\.set_up",status="2xx"\} (\S+)', numbers
    )
    assert float(counted) == 4 * ASKED_BY_EACH
