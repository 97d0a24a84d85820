"""`./kash.sh bench storm`: phones on a bad network, and a server that is killed while they send.

Twenty phones send 10,000 marks. Each batch is lost, repeated, cut or overtaken by the next with
probability 0.3 each, and the server is killed with -9 five times and started again. Afterwards
every operation must be there exactly once, each mark's history without a gap, and the audit chain
unbroken; on both engines.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.postgresql import cluster
from benchmarks.server import PROJECT, Started, free_port, wait_for
from benchmarks.telling import as_json, tell

if TYPE_CHECKING:
    from benchmarks.pad_load import PadPhone

PHONES, OPERATIONS, KILLS = 20, 10_000, 5
FAULT = 0.3
BATCH = 50
_PATIENCE = 300.0


@dataclass
class Sender:
    """One phone: its batches that are not answered yet, each with the ids of its operations."""

    name: str
    batches: list[tuple[bytes, str, list[str]]]
    answered: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def send_everything(self, port: int, dice: random.Random, until: float) -> None:
        """Send until all is answered, whatever the network does. Raises LookupError in the end."""
        while self.batches:
            if time.monotonic() > until:
                raise LookupError(f"{self.name} still waits with {len(self.batches)} batches")
            at = 0
            if len(self.batches) > 1 and dice.random() < FAULT:
                self.faults["overtaken"] += 1
                at = 1
            body, signature, _ids = self.batches[at]
            if dice.random() < FAULT:
                self.faults["cut"] += 1
                _cut(port, body, signature, dice.randrange(1, len(body)))
                continue
            answers = None
            for _again in range(2 if dice.random() < FAULT else 1):
                answers = _post(port, body, signature)
                self.faults["sent"] += 1
            if answers is None:
                time.sleep(0.05)
                continue
            if dice.random() < FAULT:
                # The answer is lost on its way: the phone sends all of it again.
                self.faults["lost"] += 1
                continue
            for answer in answers:
                self.answered[answer["answer"]] += 1
            del self.batches[at]


def _headers(body: bytes, signature: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "X-Pad-Signature": signature,
    }


def _post(port: int, body: bytes, signature: str) -> list[dict[str, str]] | None:
    """The answers, None if nothing came back or the server was busy."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/pad/sync", body, _headers(body, signature))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
    except (OSError, http.client.HTTPException):
        return None
    if answer.status == 503:
        return None
    if answer.status != 200:
        raise LookupError(f"/pad/sync answered {answer.status}: {content[:200]!r}")
    answers: list[dict[str, str]] = json.loads(content)["answers"]
    return answers


def _cut(port: int, body: bytes, signature: str, where: int) -> None:
    """Send the beginning of a batch, and go."""
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(body, signature).items())
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(f"POST /pad/sync HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
        connection.sendall(body[:where])


class Server:
    """A server of two processes that can be killed and started again on the same port."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port, self._environment, self._log = free_port(), environment, log
        self._started = self._start()

    def _start(self) -> Started:
        options = ["app:app", "--config", "/dev/null", "--bind", f"127.0.0.1:{self.port}"]
        options += ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--preload"]
        options += ["--no-control-socket"]
        started = self._gunicorn(options, {**os.environ, **self._environment}, self._log)
        wait_for(started, self.port, self._log)
        return started

    def _gunicorn(
        self, options: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> Started:
        """Gunicorn in a session of its own."""
        with log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *options],
                cwd=PROJECT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill every process of it, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self._started.pid, signal.SIGKILL)
        self._started.wait()

    def start_again(self) -> None:
        """Start it anew."""
        self._started = self._start()


@contextmanager
def standing(
    environment: Mapping[str, str], log: Path, kind: type[Server] = Server
) -> Iterator[Server]:
    """A server, gone afterwards."""
    server = kind(environment, log)
    try:
        yield server
    finally:
        server.kill()


def rage(server: Server, senders: Sequence[Sender], kills: int, seed: int) -> float:
    """Let all phones send while the server is killed so many times; seconds until all is answered.

    Raises LookupError if anything is answered wrongly, or not in time.
    """
    began = time.monotonic()
    until = began + _PATIENCE
    wrong: list[BaseException] = []

    def send(number: int, sender: Sender) -> None:
        try:
            sender.send_everything(server.port, random.Random(seed + number), until)
        except BaseException as error:
            wrong.append(error)

    threads = [
        threading.Thread(target=send, args=(number, sender))
        for number, sender in enumerate(senders)
    ]
    for thread in threads:
        thread.start()
    whole = sum(len(sender.batches) for sender in senders)
    for number in range(1, kills + 1):
        # After each share of the work; so the last comes while there is still some.
        while sum(len(sender.batches) for sender in senders) > whole * (1 - number / (kills + 1)):
            if time.monotonic() > until or wrong:
                break
            time.sleep(0.005)
        server.kill()
        server.start_again()
    for thread in threads:
        thread.join()
    if wrong:
        raise LookupError(f"{type(wrong[0]).__name__}: {wrong[0]}")
    return time.monotonic() - began


def check(op_ids: Sequence[str]) -> dict[str, float]:
    """Counts of the database afterwards, in an application context. Raises LookupError."""
    from kash.attendance.models import Mark, MarkOperation
    from kash.platform.database import db
    from kash.platform.vault import verify

    session = db.session()
    session.rollback()
    wanted = set(op_ids)
    rows = session.query(
        MarkOperation.op_id,
        MarkOperation.slot_id,
        MarkOperation.person_id,
        MarkOperation.status,
        MarkOperation.answer,
        MarkOperation.version,
    ).order_by(MarkOperation.id)
    kept: Counter[str] = Counter()
    history: dict[tuple[int, int], list[tuple[str, int]]] = {}
    answers: Counter[str] = Counter()
    places: set[tuple[int, int]] = set()
    for op_id, slot, person, status, answer, version in rows:
        if op_id in wanted:
            kept[op_id] += 1
            answers[answer] += 1
            places.add((slot, person))
        if answer == "applied":
            made = history.setdefault((slot, person), [])
            if not made or made[-1] != (status, version):
                made.append((status, version))
    if len(kept) != len(wanted) or set(kept.values()) != {1}:
        raise LookupError(f"{len(wanted)} operations were sent, {kept.total()} are there")
    for mark in session.query(Mark.slot_id, Mark.person_id, Mark.status, Mark.version):
        if (mark.slot_id, mark.person_id) not in places:
            continue
        made = history[mark.slot_id, mark.person_id]
        versions = [version for _status, version in made]
        if versions != list(range(1, mark.version + 1)) or made[-1][0] != mark.status:
            raise LookupError(f"the history of a mark has a gap: {made}")
    verified = verify(session)
    if not verified.sound:
        raise LookupError(f"the audit chain is broken: {verified.problems}")
    return {"operations": float(kept.total()), **{name: float(n) for name, n in answers.items()}}


def run(*, on_postgresql: bool, seed: int) -> dict[str, float]:
    """The whole storm on one engine."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-storm-")))
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": stack.enter_context(cluster()) if on_postgresql else "",
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
            "KASH_LOG_LEVEL": "error",
        }
        os.environ.update(environment)
        from benchmarks.load import Size, load_programme
        from benchmarks.pad_load import PadPhone, make_register
        from kash.application import create_app
        from kash.platform.database import db
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        loaded = load_programme(app, Size(people=300, workshops=5, audit_entries=50))
        lead = loaded.everybody.accounts["trainer"]
        with app.app_context():
            registers = [make_register(lead, 50, 20) for _ in range(5)]
            phones = [PadPhone(registers[number % 5], lead, number) for number in range(PHONES)]
            senders, op_ids = prepare(phones, OPERATIONS // PHONES)
            db.session.remove()
            db.engine.dispose()
        with standing(environment, folder / "log") as server:
            took = rage(server, senders, KILLS, seed)
        with app.app_context():
            found = check(op_ids)
            db.session.remove()
            db.engine.dispose()
        faults: Counter[str] = sum((sender.faults for sender in senders), Counter())
        return {"seconds": round(took, 1), "kills": float(KILLS), **found, **faults}


def prepare(
    phones: Sequence[PadPhone], each: int, batch: int = BATCH
) -> tuple[list[Sender], list[str]]:
    """Senders, one for each phone: so many marks in batches; some places are marked by two
    phones."""
    senders, op_ids = [], []
    for number, phone in enumerate(phones):
        marks = list(phone.marks(0, start=number * each // 2, most=each))
        batches = []
        for start in range(0, len(marks), batch):
            some = marks[start : start + batch]
            body, signature = phone.body([sealed for sealed, _row in some])
            batches.append((body, signature, [str(row[0]) for _sealed, row in some]))
        senders.append(Sender(f"phone {number + 1}", batches))
        op_ids += [str(row[0]) for _sealed, row in marks]
    return senders, op_ids


def main() -> int:
    """Run it on both engines; 0 if everything was there exactly once."""
    parser = argparse.ArgumentParser(prog="bench storm", description=__doc__)
    as_json(parser)
    parser.add_argument("--seed", type=int, default=20261125)
    chosen = parser.parse_args()

    def measured() -> dict[str, float]:
        return {
            f"{engine}_{name}": value
            for engine in ("sqlite", "postgresql")
            for name, value in run(on_postgresql=engine == "postgresql", seed=chosen.seed).items()
        }

    return tell(measured, json_wanted=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
