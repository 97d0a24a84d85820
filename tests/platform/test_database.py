"""The rule for writing: one connection, and turns on SQLite."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from kash.platform import database
from kash.platform.database import db, make_room, new_public_id, public_id_from, writing
from kash.platform.vault.models import AuditSubject

SUBJECT = "aaaaaaaaaaaaaaaa"


def test_ids_have_the_32_characters_alike() -> None:
    assert public_id_from(bytes(range(16))) == "0123456789abcdef"
    every = "".join(public_id_from(bytes(range(start, start + 16))) for start in range(0, 256, 16))
    assert {every.count(character) for character in every} == {8}
    assert len(set(every)) == 32
    assert len(new_public_id()) == 16


def test_a_transaction_has_one_connection_and_the_next_one_its_own(
    both_engines_app: APIFlask,
) -> None:
    with writing() as session:
        assert session.connection() is session.connection()
        assert session.connection().get_execution_options()["kash_writing"]
        with session.begin_nested():
            session.add(AuditSubject(subject=SUBJECT, seq=1))
        # What begins after a rollback is another transaction, and no writing one.
        session.rollback()
        assert session.connection().in_transaction()
        assert db.session.query(AuditSubject).count() == 0
    assert not db.session.connection().get_execution_options().get("kash_writing")
    assert db.session.scalar(text("select 1")) == 1


def _address(app: APIFlask) -> str:
    address = db.engine.url.database
    assert address is not None
    return address


def test_writers_of_one_process_take_turns(sqlite_app: APIFlask) -> None:
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


def test_processes_take_turns(sqlite_app: APIFlask) -> None:
    with writing() as session:
        other = subprocess.Popen(
            [sys.executable, "-c", _OTHER, f"{_address(sqlite_app)}-turn"], stdout=subprocess.PIPE
        )
        assert other.stdout is not None
        assert other.stdout.read(4) == b"held"
        session.add(AuditSubject(subject=SUBJECT, seq=1))
    assert other.stdout.read() == b" free"
    assert other.wait() == 0


def test_what_is_held_when_a_process_forks_is_nobodys_in_its_child(sqlite_app: APIFlask) -> None:
    with database._turns.of(_address(sqlite_app)):
        child = os.fork()
        if child == 0:
            os._exit(0 if database._turns.of(_address(sqlite_app)).acquire(timeout=0) else 2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_whoever_waited_long_goes_on(sqlite_app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_TURN_PATIENCE", 0.01)
    lock = database._turns.of(_address(sqlite_app))
    with lock, writing() as session:
        session.add(AuditSubject(subject=SUBJECT, seq=1))
    assert not lock.locked()
    assert db.session.query(AuditSubject).count() == 1
    # The turn that it never had is not given away.
    with writing():
        assert lock.locked()
    assert not lock.locked()


def test_room_for_many_rows_ends_with_the_transaction(sqlite_app: APIFlask) -> None:
    asked = text("PRAGMA cache_size")
    usual = db.session.scalar(asked)
    for fails in (False, True):
        with contextlib.suppress(ZeroDivisionError), writing() as session:
            make_room(session.connection())
            assert session.scalar(asked) < usual
            if fails:
                raise ZeroDivisionError
        # The connection used last is used again.
        assert db.session.scalar(asked) == usual


def test_room_is_made_on_sqlite_alone(postgresql_app: APIFlask) -> None:
    with writing() as session:
        make_room(session.connection())
        assert session.scalar(text("select 1")) == 1
