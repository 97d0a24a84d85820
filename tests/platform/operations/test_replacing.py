"""Web processes that answered enough are replaced, and nobody who asks something notices."""

import http.client
import os
import re
import runpy
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

import pytest

from kash.platform.operations.numbers import folder_for_numbers
from kash.settings import Settings
from tests.forks import in_fork
from tests.platform.operations.test_server import ROOT, Running, children, until

# Each process answers at most so many; what is in the file is for a real office.
OPTIONS = ("--max-requests", "200", "--max-requests-jitter", "40")


@pytest.mark.parametrize(("processes", "most"), [("1", 0), ("2", 1000)])
def test_only_where_another_answers_meanwhile(processes, most, tmp_path):
    settings = {"KASH_WEB_WORKERS": processes, "KASH_DATA_DIR": str(tmp_path)}
    assert in_fork(configured, settings) == (0, (int(processes), most, most))


def configured(settings: dict[str, str], tell: Connection) -> None:
    """How many processes the server will have under these settings, and what each answers."""
    os.chdir(ROOT)
    os.environ.update(settings)
    found = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    tell.send((found["workers"], found["max_requests"], found["max_requests_jitter"]))


@pytest.fixture
def small(tmp_path, opened, compiled):
    opened(Settings(data_dir=tmp_path / "var"))
    server = Running(tmp_path, compiled, options=OPTIONS)
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
def test_nobody_notices_that_processes_are_replaced(small, tmp_path):
    until(lambda: len(children(small.process.pid)) == 3)
    before = children(small.process.pid)
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(ask, [small.port] * 4))
    assert sum(answers, Counter()) == {200: 4 * ASKED_BY_EACH}
    # Both were replaced, the worker was not.
    until(lambda: len(children(small.process.pid) - before) == 2)
    assert len(before & children(small.process.pid)) == 1

    # What was counted is kept: it is part of the sum.
    with urllib.request.urlopen(f"http://127.0.0.1:{small.port}/metrics") as answer:
        numbers = answer.read().decode()
    (counted,) = re.findall(
        r'kash_requests_total\{endpoint="desk\.set_up",status="2xx"\} (\S+)', numbers
    )
    assert float(counted) == 4 * ASKED_BY_EACH
    # A fresh process goes on in the numbers of the one before it, and makes no files of its own.
    numbered = folder_for_numbers(tmp_path / "var")
    assert numbered is not None
    names = {path.stem.partition("_")[2] for path in numbered.iterdir()}
    assert {name for name in names if name.startswith("web-")} == {"web-1", "web-2"}
    assert len(names) <= 4
