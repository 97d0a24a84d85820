"""Sixteen writers at once on one register: nothing is lost, nothing fails, on either engine."""

import http.client
import os
import random
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from kash.attendance.models import Mark, MarkOperation
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import apply_marks
from kash.platform.database import db, new_public_id
from kash.platform.vault import verify
from kash.workshops.queries import scope
from kash.workshops.queries.plan import sessions_of
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import plan_workshop
from tests.forks import gunicorn
from tests.workshops.conftest import details, make_person, make_version

WRITERS = 16
PEOPLE = 12
STATUSES = ("present", "late", "absent", "excused")


def must_hold(kept_operations: int) -> None:
    """Each version of a mark is the work of one status and follows the one before without a gap;
    what stands is the last. An update that was lost would leave two statuses under one version."""
    db.session.rollback()
    assert db.session.query(MarkOperation).count() == kept_operations
    rows = db.session.query(Mark).all()
    assert len(rows) == PEOPLE
    for row in rows:
        made: dict[int, set[str]] = {}
        for operation in db.session.query(MarkOperation).filter_by(
            slot_id=row.slot_id, person_id=row.person_id, answer="applied"
        ):
            made.setdefault(operation.version, set()).add(operation.status)
        assert sorted(made) == list(range(1, row.version + 1))
        assert all(len(statuses) == 1 for statuses in made.values())
        assert all(made[version] != made[version + 1] for version in range(1, row.version))
        assert made[row.version] == {row.status}
    result = verify(db.session())
    assert result.sound, result.problems


@pytest.mark.services
def test_sixteen_threads_on_postgresql(postgresql_app, keep, actor):
    kept = keep(people=PEOPLE, slots=1)
    writers = [actor("trainer") for _ in range(WRITERS)]
    rounds = 10

    def write(number: int) -> int:
        chance = random.Random(number)
        known = dict.fromkeys(range(PEOPLE), (None, 0))
        with postgresql_app.app_context():
            for _ in range(rounds):
                wanted = [
                    (person, chance.choice(STATUSES)) for person in chance.sample(range(PEOPLE), 4)
                ]
                batch = [
                    Operation(
                        new_public_id(),
                        kept.slots[0],
                        kept.entries[person],
                        status,
                        known[person][1],
                        datetime.now(UTC),
                    )
                    for person, status in wanted
                ]
                for (person, _status), answer in zip(
                    wanted, apply_marks(kept.public_id, batch, writers[number]), strict=True
                ):
                    assert answer.answer in ("applied", "conflict")
                    known[person] = (answer.status, answer.version)
            db.session.remove()
        return rounds * 4

    with ThreadPoolExecutor(WRITERS) as pool:
        sent = sum(pool.map(write, range(WRITERS)))
    must_hold(sent)


# --- SQLite, through two processes of the server ----------------------------------------------


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def address(sqlite_app, tmp_path):
    """The port of a server of two processes on this test's database."""
    settings = sqlite_app.config["SETTINGS"]
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "KASH_DATA_DIR": str(settings.data_dir),
        "KASH_SECRET_KEY_FILE": str(settings.key_file),
        "KASH_MAIL_URL": settings.mail_url,
        "KASH_LOG_LEVEL": "error",
    }
    options = ["app:app", "--config", "/dev/null", "--bind", f"127.0.0.1:{port}"]
    options += ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--preload"]
    options += ["--no-control-socket"]
    server = gunicorn(options, environment, tmp_path / "server.log")
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                assert server.poll() is None, (tmp_path / "server.log").read_text()
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


class Phone:
    """One trainer's phone: it shows the register, changes some marks and saves."""

    def __init__(self, port: int, cookie: str, path: str, number: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie, self.path = cookie, path
        self.chance = random.Random(number)

    def ask(self, method: str, body: str = "") -> tuple[int, str]:
        headers = {"Cookie": self.cookie}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, self.path, body, headers)
        answer = self.connection.getresponse()
        for given in answer.headers.get_all("Set-Cookie", []):
            self.cookie = given.partition(";")[0]
        return answer.status, answer.read().decode()

    def fields(self, page: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for tag in re.findall(r"<input[^>]*>", page):
            attributes = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
            if attributes.get("type") == "radio" and not re.search(r"\bchecked\b", tag):
                continue
            if attributes.get("name"):
                found[attributes["name"]] = attributes.get("value", "")
        return found

    def mark(self, rounds: int) -> list[int]:
        """The answers to each showing and each saving."""
        answers: list[int] = []
        for _ in range(rounds):
            status, page = self.ask("GET")
            answers.append(status)
            form = self.fields(page)
            shown = sorted(name for name in form if name.startswith("seen-"))
            names = [name.replace("seen-", "mark-") for name in shown]
            for name in self.chance.sample(names, 3):
                form[name] = self.chance.choice(STATUSES)
            answers.append(self.ask("POST", urlencode(form | {"action": "save"}))[0])
        self.connection.close()
        return answers


def test_sixteen_phones_on_sqlite_behind_two_processes(sqlite_app, actor, client_for, address):
    writers = [actor("trainer") for _ in range(WRITERS)]
    workshop = plan_workshop(
        make_version((60,)),
        details(facilitators=[writer.public_id for writer in writers]),
        writers[0],
    )
    for number in range(PEOPLE):
        enrol(workshop, make_person(f"Person {number:03}"), writers[0])
    found = scope.workshop(workshop, writers[0])
    path = f"/workshops/{workshop}/attendance/{sessions_of(found)[0].public_id}"
    phones = []
    for number, writer in enumerate(writers):
        browser = client_for(writer)
        cookie = browser.get_cookie("session") or browser.get_cookie("__Host-session")  # type: ignore[attr-defined]
        phones.append(Phone(address, f"{cookie.key}={cookie.value}", path, number))
    db.session.remove()
    with ThreadPoolExecutor(WRITERS) as pool:
        answers = [
            status for made in pool.map(lambda phone: phone.mark(4), phones) for status in made
        ]
    assert len(answers) == WRITERS * 8
    assert set(answers) <= {200, 303, 409}
    assert answers.count(303) >= 1
    must_hold(db.session.query(MarkOperation).count())
