"""The server as `./kash.sh run` starts it: its processes, its words, and its end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from benchmarks.server import ARENAS
from kash.platform.confinement.telling import KINDS
from kash.platform.operations import server
from kash.platform.operations.numbers import clear_numbers, folder_for_numbers
from kash.platform.operations.server import keep_compiled
from kash.settings import CannotStart, Settings, load_settings
from tests.conftest import lend_compiled
from tests.forks import Forked, gunicorn, module

ROOT = Path(__file__).parents[3]
OPTIONS = ["--config", "gunicorn.conf.py"]
COMMAND = [sys.executable, "-m", "gunicorn", *OPTIONS]
# The same from a fork of a process that has loaded everything.
FORKED = ["fork", "-m", "gunicorn", *OPTIONS]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children(process: int) -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rsplit(")", 1)[1].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == process and state != "Z":
            found.add(int(path.parent.name))
    return found


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


class Running:
    """A server in a process group of its own, and all it has said so far.

    `forked` from a process that has loaded everything it begins at once, but each of its processes
    counts for itself, as the library of numbers is told before it is loaded.
    """

    process: subprocess.Popen[bytes] | Forked

    def __init__(
        self,
        folder: Path,
        compiled: Path | None = None,
        *,
        options: Sequence[str] = (),
        forked: bool = False,
    ) -> None:
        self.port = free_port()
        self.log = folder / "log"
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        kept |= ARENAS | {"KASH_DATA_DIR": str(folder / "var"), "KASH_PORT": str(self.port)}
        if compiled is not None:
            lend_compiled(folder / "var", compiled)
        self.log.touch()
        if forked:
            self.process = gunicorn([*OPTIONS, *options], kept, self.log)
        else:
            self.process = subprocess.Popen(
                [*COMMAND, *options],
                cwd=ROOT,
                stdout=self.log.open("w"),
                stderr=subprocess.STDOUT,
                env=kept,
            )
        # The first start of all compiles everything.
        until(lambda: self.address in self.said() or self.process.poll() is not None, 90)
        assert self.process.poll() is None, self.said()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def said(self) -> str:
        return self.log.read_text()

    def answers(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer:
            status: int = answer.status
            return status == 200


@pytest.fixture
def running(tmp_path, opened):
    """A server that is started for the first time: it compiles its templates."""
    opened(Settings(data_dir=tmp_path / "var"))
    server = Running(tmp_path)
    yield server
    server.process.terminate()
    server.process.wait(20)


@pytest.fixture
def again(tmp_path, opened, compiled):
    """A server that finds its templates compiled."""
    opened(Settings(data_dir=tmp_path / "var"))
    server = Running(tmp_path, compiled, forked=True)
    yield server
    server.process.terminate()
    server.process.wait(20)
    # One that is killed leaves them in memory until it is started again.
    clear_numbers(folder_for_numbers(tmp_path / "var"))


def test_it_is_tested_and_measured_as_it_is_started():
    script = (ROOT / "kash.sh").read_text()
    (arenas,) = re.findall(r"export MALLOC_ARENA_MAX=\$\{MALLOC_ARENA_MAX:-(\d+)\}", script)
    assert {"MALLOC_ARENA_MAX": arenas} == ARENAS
    assert script.count('exec "$PYTHON" -m gunicorn') == 1
    # What is tested is what is served: docstrings and assertions too.
    assert re.findall(r"PYTHON\w+=", script) == []


@pytest.mark.services
def test_the_server(running):
    said = running.said().splitlines()
    (code,) = [line for line in said if "set-up code" in line]
    assert code.startswith("This programme is empty. Its one-time set-up code: ")
    assert said.count(running.address) == 1
    # For each kind of child that reads others' files, what keeps it.
    assert len([line for line in said if '"event": "confined"' in line]) == len(KINDS)
    assert running.answers()
    # With a port alone, what is published names the address that is served.
    with urllib.request.urlopen(f"{running.address}/verify/keys.json") as answer:
        assert json.load(answer)["issuer"] == running.address

    # Two web processes and the worker. The worker is the one that said so last; each may be killed.
    until(lambda: len(children(running.process.pid)) == 3)
    until(lambda: running.said().count("worker_started") == 1)
    for victim in children(running.process.pid):
        os.kill(victim, signal.SIGKILL)
        until(lambda victim=victim: victim not in children(running.process.pid))
        until(lambda: len(children(running.process.pid)) == 3)
        assert running.answers()
    until(lambda: running.said().count("worker_started") == 2)

    # What is sent is not repeated in the log.
    with closing(socket.create_connection(("127.0.0.1", running.port))) as connection:
        connection.sendall(b"Achieng Odhiambo\r\n\r\n")
        connection.recv(100)
    until(lambda: "A request that is not HTTP was refused." in running.said())
    assert "Achieng" not in running.said()

    processes = children(running.process.pid)
    running.process.terminate()
    assert running.process.wait(20) == 0
    until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))
    assert processes
    assert [process for process in processes if Path(f"/proc/{process}").exists()] == []
    assert "Traceback" not in running.said()


def test_a_worker_forked_while_the_server_ends_begins_as_any(monkeypatch):
    worked: list[Flask] = []
    monkeypatch.setattr(server, "run_worker", worked.append)
    app, heard = Flask(__name__), socket.socket()
    listener = SimpleNamespace(sock=heard)
    work = server.worker_without([listener], app)
    listener.sock = None  # as the server's library does when it ends
    work()
    assert (worked, heard.fileno()) == ([app], -1)


def test_templates_stay_compiled_until_they_change(tmp_path):
    pages, kept = tmp_path / "pages", tmp_path / "kept"
    pages.mkdir()

    def drawn(text: str) -> tuple[str, set[int]]:
        (pages / "one.html").write_text(text)
        app = Flask(__name__, template_folder=str(pages))
        keep_compiled(app, kept)
        with app.app_context():
            shown = app.jinja_env.get_template("one.html").render(name="Zuri")
        return shown, {path.stat().st_mtime_ns for path in kept.rglob("*") if path.is_file()}

    first = drawn("{{ name }} comes")
    assert (first[0], len(first[1])) == ("Zuri comes", 1)
    assert drawn("{{ name }} comes") == first
    assert {path.stat().st_mode & 0o077 for path in (*kept.iterdir(), *kept.rglob("*"))} == {0}
    changed = drawn("{{ name }} goes")
    assert (changed[0], len(changed[1])) == ("Zuri goes", 1)
    assert changed[1] != first[1]


@pytest.mark.services
def test_nothing_outlives_a_killed_server(again):
    until(lambda: again.said().count("worker_started") == 1)
    processes = children(again.process.pid)
    again.process.kill()
    again.process.wait(20)
    until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))
    assert processes
    assert [process for process in processes if Path(f"/proc/{process}").exists()] == []


@pytest.mark.parametrize(
    ("command", "variable", "value", "sentence"),
    [
        (COMMAND, "KASH_PORT", "eighty", "KASH_PORT: "),
        (FORKED, "KASH_BACKUP_RECIPIENT", "age1x",
         "KASH_BACKUP_RECIPIENT is no age or SSH public key."),
    ],
)  # fmt: skip
def test_the_server_says_a_wrong_setting_in_a_line(tmp_path, command, variable, value, sentence):
    code, error, more = _answer(command, tmp_path, variable, value)
    assert (code, error.startswith(sentence), error.count("\n"), more) == (1, True, 1, "")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("KASH_MAIL_URL", "post", "KASH_MAIL_URL: must start with console://"),
        (
            "KASH_DATABASE_URL",
            "sqlite:///kash.sqlite3",
            "KASH_DATABASE_URL: must name SQLite's file",
        ),
        ("KASH_DATABASE_URL", "mysql://x", "KASH_DATABASE_URL: must start with sqlite:///"),
    ],
)
def test_what_the_server_says_of_a_wrong_setting_is_a_line(monkeypatch, variable, value, sentence):
    monkeypatch.setenv(variable, value)
    with pytest.raises(CannotStart) as found:
        load_settings()
    said = str(found.value)
    assert (said.startswith(sentence), said.count("\n")) == (True, 0)


def test_the_flask_command_says_it_in_a_line_too(tmp_path):
    command = [sys.executable, "-m", "flask", "db", "current"]
    sentence = "KASH_MAIL_URL: must start with console://"
    code, error, more = _answer(command, tmp_path, "KASH_MAIL_URL", "post")
    assert (code, error.startswith(sentence), error.count("\n"), more) == (1, True, 1, "")


@pytest.mark.parametrize("command", [FORKED, [sys.executable, "-m", "flask", "audit", "verify"]])
def test_a_programme_without_its_database_is_not_begun_anew(tmp_path, command):
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "0123456789abcdef.jsonl").write_text("{}\n")
    code, error, more = _answer(command, tmp_path, "KASH_LOG_LEVEL", "info")
    assert (code, error.count("\n"), more) == (1, 1, "")
    assert error.startswith(f"The database {tmp_path}/kash.sqlite3 is gone, but a programme was")
    assert not (tmp_path / "kash.sqlite3").exists()
    assert not _folder_in_memory(tmp_path).exists()


def _folder_in_memory(data_dir: Path) -> Path:
    """Where a server's numbers lie, and nothing stays when it ended."""
    folder = folder_for_numbers(data_dir)
    assert folder is not None
    folder.rmdir()
    return folder


@pytest.mark.parametrize(
    "command",
    [
        FORKED,
        [sys.executable, "-m", "flask", "audit", "verify"],
        [sys.executable, "-m", "kash.platform.operations", "migrate"],
    ],
)
def test_a_database_that_does_not_answer_is_said_in_a_line(tmp_path, command):
    address = "postgresql://kash:the-secret@127.0.0.1:1/kash"
    code, error, more = _answer(command, tmp_path, "KASH_DATABASE_URL", address)
    assert (code, error.count("\n"), more) == (1, 1, "")
    assert "The database does not answer: " in error
    assert "the-secret" not in error


def _answer(command: list[str], folder: Path, variable: str, value: str) -> tuple[int, str, str]:
    """How a command ends with a setting: its code, what it says as an error, and what else."""
    environment = os.environ | {"KASH_DATA_DIR": str(folder), variable: value}
    if command[2] != "gunicorn":
        code, printed, error = module(environment, *command[2:])
        return code, error, printed
    if command == FORKED:
        log = folder.with_name(f"{folder.name}.log")
        ended = gunicorn(OPTIONS, environment, log).wait(60)
        return -1 if ended is None else ended, log.read_text(), ""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    return done.returncode, done.stderr, done.stdout


def test_a_key_file_that_others_can_read_is_said_in_a_line(tmp_path):
    (tmp_path / "server.key").write_text("{}")
    (tmp_path / "server.key").chmod(0o644)
    code, error, more = _answer(FORKED, tmp_path, "KASH_LOG_LEVEL", "info")
    assert (code, error.count("\n"), more) == (1, 1, "")
    assert error.startswith(f"The key file {tmp_path}/server.key can be read by others")
