"""Turns of SQLite's writers, among the threads of a process and among processes."""

import os
import subprocess
import sys
import threading

from apiflask import APIFlask

from kash.platform import database as turns
from kash.platform.database import db, writing
from kash.platform.vault.models import AuditSubject

SUBJECT = "aaaaaaaaaaaaaaaa"


def _address(app: APIFlask) -> str:
    address = db.engine.url.database
    assert address is not None
    return address


def test_writers_of_one_process_take_turns(sqlite_app):
    inside, most = [], []

    def write(number: int) -> None:
        with sqlite_app.app_context():
            for again in range(5):
                with writing() as session:
                    inside.append(number)
                    most.append(len(inside))
                    session.add(AuditSubject(subject=f"{number}-{again}", seq=1))
                    session.flush()
                    inside.remove(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert db.session.query(AuditSubject).count() == 30


_OTHER = """
import fcntl, os, sys
turn = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    os.write(1, b"held")
fcntl.flock(turn, fcntl.LOCK_EX)
os.write(1, b" free")
"""


def test_processes_take_turns(sqlite_app):
    with writing() as session:
        other = subprocess.Popen(
            [sys.executable, "-c", _OTHER, f"{_address(sqlite_app)}-turn"], stdout=subprocess.PIPE
        )
        assert other.stdout is not None
        assert other.stdout.read(4) == b"held"
        session.add(AuditSubject(subject=SUBJECT, seq=1))
    assert other.stdout.read() == b" free"
    assert other.wait() == 0


def test_what_is_held_when_a_process_forks_is_nobodys_in_its_child(sqlite_app):
    with turns._turns.of(_address(sqlite_app)):
        child = os.fork()
        if child == 0:
            os._exit(0 if turns._turns.of(_address(sqlite_app)).acquire(timeout=0) else 2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_whoever_waited_long_goes_on(sqlite_app, monkeypatch):
    monkeypatch.setattr(turns, "_PATIENCE", 0.01)
    lock = turns._turns.of(_address(sqlite_app))
    with lock, writing() as session:
        session.add(AuditSubject(subject=SUBJECT, seq=1))
    assert not lock.locked()
    assert db.session.query(AuditSubject).count() == 1
    # The turn that it never had is not given away.
    with writing():
        assert lock.locked()
    assert not lock.locked()
