"""`./kash.sh bench sync`: how fast what phones queued comes in, and what a register costs.

10,000 operations in batches of 200, and 10,000 one by one, sent by four phones at once over HTTP to
the real server, against a bare end point that makes the same writes as durably (`bare.py`). The
servers stand side by side, each on a database of its own with the same contents, and are asked in
turn, so that whatever else the machine does meets all. Of several rounds the median counts.

What are the same writes? Ours are the marks, their history, and one entry of the audit for what was
sent together: the entry, its subjects, and the head's move. `batch_vs_bare` and `single_vs_bare`
compare with a bare end point that makes all of these (but neither links its entries nor keeps a
mirror, which only the real server does). `…_without_audit` compare with one that writes marks and
history only, so that a reader sees what the audit costs as well: both are told in every run.

`roster_page_ms` is the server's time of the page on which 500 people are marked. What a phone's
browser does (`tap_ms`, `precached_kb`) is measured by `sync_browser.py`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from benchmarks import sync_browser
from benchmarks.browser import Browser
from benchmarks.load import PASSWORD, Size, load_programme
from benchmarks.postgresql import cluster
from benchmarks.server import ARENAS, PROJECT, free_port, served, wait_for
from benchmarks.telling import as_json, tell
from benchmarks.timing import MILLISECONDS

if TYPE_CHECKING:
    from benchmarks.pad_load import PadPhone

PHONES = 4
PEOPLE, SLOTS = 125, 20
BATCH = 200
ROUNDS = 5
LARGE = 500
AT_LEAST = {"batch_vs_bare": 0.6, "single_vs_bare": 0.5, "postgresql_batch_vs_bare": 0.6}
AT_MOST = {"roster_page_ms": 100.0, "tap_ms": 50.0, "precached_kb": 100.0}


@dataclass(frozen=True)
class Sending:
    """Sending of one phone in one round: paths, headers and bodies, ready."""

    address: str
    bodies: Sequence[tuple[bytes, Mapping[str, str]]]
    operations: int


@contextmanager
def bare_server(environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """The port of the bare end point, served as the site is."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "/dev/null", "--preload"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    command += ["--worker-class", "gthread", "--keep-alive", "15", "--no-control-socket"]
    with log.open("wb") as output:
        started = subprocess.Popen(
            [*command, "benchmarks.bare:application"],
            cwd=PROJECT,
            env={**os.environ, **ARENAS, **environment},
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(started, port, log)
            yield port
        finally:
            started.terminate()
            started.wait(30)


def send_all(port: int, phones: Sequence[Sending]) -> float:
    """Send what all phones have, each on a connection of its own; operations in a second.

    Raises LookupError if anything was not applied.
    """
    wrong: list[str] = []
    ready = threading.Barrier(len(phones) + 1)

    def send(phone: Sending) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.connect()
        ready.wait()
        for body, headers in phone.bodies:
            connection.request("POST", phone.address, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200 or b'"conflict"' in content or b'"rejected"' in content:
                wrong.append(f"{phone.address} answered {answer.status}: {content[:200]!r}")
                return
        connection.close()

    threads = [threading.Thread(target=send, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if wrong:
        raise LookupError(wrong[0])
    return sum(phone.operations for phone in phones) / took


@dataclass
class Rates:
    """Operations in a second of several rounds: here, bare, and bare without an audit entry."""

    here: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)

    def told(self, name: str, before: str) -> dict[str, float]:
        """The medians of the rounds and of their shares, under their names."""
        return {
            f"{name}_vs_bare": _share(self.here, self.bare),
            f"{name}_vs_bare_without_audit": _share(self.here, self.alone),
            f"{before}ops_per_s": statistics.median(self.here),
            f"bare_{before}ops_per_s": statistics.median(self.bare),
            f"bare_{before}ops_per_s_without_audit": statistics.median(self.alone),
        }


def _share(here: Sequence[float], other: Sequence[float]) -> float:
    return statistics.median(one / two for one, two in zip(here, other, strict=True))


def compare(*, on_postgresql: bool, singles: bool, more: bool) -> dict[str, float]:
    """The figures of one engine. Raises LookupError, NotServing and NoPostgresql."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-")))
        here = _environment(folder / "here")
        bare, alone = _environment(folder / "bare"), _environment(folder / "alone")
        if on_postgresql:
            here["KASH_DATABASE_URL"] = stack.enter_context(cluster())
        os.environ.update(here)
        from benchmarks.pad_load import PadPhone, make_register
        from kash.application import create_app
        from kash.platform.database import db
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        loaded = load_programme(app, Size(people=1_000, workshops=20, audit_entries=100))
        lead = loaded.everybody.accounts["trainer"]
        rounds = ROUNDS + 1
        with app.app_context():
            phones = [PadPhone(make_register(lead, PEOPLE, SLOTS), lead) for _ in range(PHONES)]
            large = make_register(lead, LARGE, 4)
            db.session.remove()
            db.engine.dispose()
        if on_postgresql:
            bare["KASH_DATABASE_URL"] = _copied(here["KASH_DATABASE_URL"], "bare")
            alone["KASH_DATABASE_URL"] = _copied(here["KASH_DATABASE_URL"], "alone")
        else:
            _checkpoint(settings.database_uri)
            for copy in ("bare", "alone"):
                shutil.copytree(folder / "here", folder / copy)
        port = stack.enter_context(served(here, folder / "here.log")).port
        ports = (
            port,
            stack.enter_context(bare_server(bare, folder / "bare.log")),
            stack.enter_context(bare_server(alone, folder / "alone.log")),
        )
        batches, ones = Rates(), Rates()
        for number in range(rounds):
            made = [_sendings(phone, number, BATCH) for phone in phones]
            _one_round(ports, made, batches, number)
        # One by one every place once more, a part of them in each round.
        for number in range(rounds if singles else 0):
            made = [_sendings(phone, rounds, 1, (number, rounds)) for phone in phones]
            _one_round(ports, made, ones, number)
        told = batches.told("batch", "")
        if singles:
            told |= ones.told("single", "single_")
        if more:
            told |= _pages(port, lead.email, large.workshop)
        return told


def _environment(data: Path) -> dict[str, str]:
    return {
        "KASH_DATA_DIR": str(data),
        "KASH_DATABASE_URL": "",
        "KASH_QUEUE_URL": "",
        "KASH_STORAGE_URL": "",
        "KASH_WEB_WORKERS": "2",
        "KASH_WEB_THREADS": "4",
    }


def _sendings(
    phone: PadPhone, version: int, size: int, part: tuple[int, int] = (0, 1)
) -> tuple[Sending, Sending, Sending]:
    """The places of a phone's register, or a part of them, marked once more: here, bare, and bare
    without an audit entry."""
    which, parts = part
    marks = [mark for at, mark in enumerate(phone.marks(version)) if at % parts == which]
    here, bare = [], []
    for start in range(0, len(marks), size):
        some = marks[start : start + size]
        body, signature = phone.body([sealed for sealed, _row in some])
        here.append((body, {"Content-Type": "application/json", "X-Pad-Signature": signature}))
        rows = json.dumps([row for _sealed, row in some]).encode()
        bare.append((rows, {"Content-Type": "application/json"}))
    return (
        Sending("/pad/sync", here, len(marks)),
        Sending("/marks", bare, len(marks)),
        Sending("/marks-alone", bare, len(marks)),
    )


def _one_round(
    ports: Sequence[int], made: Sequence[tuple[Sending, Sending, Sending]], into: Rates, number: int
) -> None:
    """Ask all three, another one first in each round. The first round only warms up."""
    asked = list(
        zip(ports, zip(*made, strict=True), (into.here, into.bare, into.alone), strict=True)
    )
    first = number % len(asked)
    for port, sendings, rates in asked[first:] + asked[:first]:
        rate = send_all(port, sendings)
        if number:
            rates.append(rate)


def _checkpoint(uri: str) -> None:
    with closing(sqlite3.connect(uri.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copied(address: str, name: str) -> str:
    """The address of another database with the same contents."""
    beside = address.replace("/postgres?", "/template1?")
    with psycopg.connect(beside, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE postgres")
    return address.replace("/postgres?", f"/{name}?")


def _pages(port: int, email: str, workshop: str) -> dict[str, float]:
    """The page on which the larger group of 500 people is marked, three of five of them, and what
    the browser of a phone does."""
    browser = Browser(port)
    browser.post("/sign-in", {"email": email, "password": PASSWORD})
    found = browser.get(f"/workshops/{workshop}/attendance").text
    page = re.search(rf"/workshops/{workshop}/attendance/[0-9a-z]{{16}}", found)
    if page is None:
        raise LookupError("the workshop has no register")
    times = []
    for _again in range(12):
        answer = browser.get(f"{page[0]}?group=B")
        rows = answer.text.count('name="seen-')
        if answer.status != 200 or rows != LARGE * 3 // 5:
            raise LookupError(f"the register answered {answer.status} with {rows} people")
        times.append(float(answer.headers[MILLISECONDS.lower()]))
    told = {"roster_page_ms": statistics.median(times[2:])}
    return told | sync_browser.figures(port)


def figures(*, only_batches: bool = False, engine: str = "") -> dict[str, float]:
    """Every figure: SQLite first, then the same on PostgreSQL, or `engine` alone."""
    told: dict[str, float] = {}
    if engine != "postgresql":
        more = not only_batches and not engine
        if more:
            # Said before the minutes of sending, not after them.
            sync_browser.ask_for_browser()
        told |= compare(on_postgresql=False, singles=not only_batches, more=more)
    if engine != "sqlite":
        other = compare(on_postgresql=True, singles=not only_batches, more=False)
        told |= {f"postgresql_{name}": value for name, value in other.items()}
    return {name: round(value, 3) for name, value in told.items()}


def main() -> int:
    """Run it; 0 if everything was applied, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(prog="bench sync", description=__doc__)
    as_json(parser)
    parser.add_argument("--batches", action="store_true", help="batches only")
    parser.add_argument(
        "--engine", choices=("sqlite", "postgresql"), default="", help="this one only, no pages"
    )
    chosen = parser.parse_args()
    return tell(
        lambda: figures(only_batches=chosen.batches, engine=chosen.engine),
        json_wanted=chosen.json,
        at_most=AT_MOST,
        at_least=AT_LEAST,
    )


if __name__ == "__main__":
    sys.exit(main())
