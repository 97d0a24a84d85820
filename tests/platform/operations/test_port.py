"""A server that is started again at once waits for what is left of the one before it."""

import socket
from contextlib import closing
from functools import partial

import pytest
from flask import Flask
from gunicorn.config import Config  # type: ignore[import-untyped] # it has none

from kash.platform.operations import server
from kash.platform.operations import server as ports
from kash.platform.operations.server import PortTaken, wait_for_port
from kash.settings import Settings


@pytest.fixture
def orphan():
    """A web process that still listens."""
    with closing(socket.socket()) as heard:
        heard.bind(("127.0.0.1", 0))
        heard.listen()
        yield heard


def test_a_start_waits_until_the_port_is_free(orphan, monkeypatch, capsys):
    number, waited = orphan.getsockname()[1], []

    def ends(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            orphan.close()

    monkeypatch.setattr(ports.time, "sleep", ends)
    wait_for_port("127.0.0.1", number)
    assert len(waited) == 2
    # Said once.
    assert capsys.readouterr().out == f"Port {number} is taken. Waiting until it is free.\n"


def test_what_goes_on_listening_is_said_in_a_line(orphan):
    number = orphan.getsockname()[1]
    with pytest.raises(PortTaken, match=f"^Port {number} is taken by another program"):
        wait_for_port("127.0.0.1", number, patience=0)


def test_a_server_that_has_its_socket_already_does_not_wait(orphan, monkeypatch):
    wait_for_port("127.0.0.1", 0, patience=0)
    for name in ("GUNICORN_PID", "LISTEN_FDS"):
        with monkeypatch.context() as given:
            given.setenv(name, "1")
            wait_for_port("127.0.0.1", orphan.getsockname()[1], patience=0)
    # The control: without a socket of its own it is refused the same port.
    with pytest.raises(PortTaken):
        wait_for_port("127.0.0.1", orphan.getsockname()[1], patience=0)


def test_a_port_that_nothing_will_listen_on_keeps_no_server_from_starting(
    orphan, tmp_path, monkeypatch
):
    """An option of the server's own, such as `--bind`, goes before the variables."""
    taken = orphan.getsockname()[1]
    # Nothing else of a start is done here.
    for name in ("clear_numbers", "migrate_if_behind"):
        monkeypatch.setattr(server, name, lambda *_given, **_more: False)
    monkeypatch.setattr(server, "wait_for_port", partial(wait_for_port, patience=0))
    settings = Settings(data_dir=tmp_path, port=taken)
    asked = Config()
    starts = server.Server(settings, Flask(__name__)).starting
    for bind in (["127.0.0.1:0"], [f"unix:{tmp_path}/socket"], ["fd://3"]):
        asked.set("bind", bind)
        starts(asked.address)
    asked.set("bind", [f"unix:{tmp_path}/socket", f"127.0.0.1:{taken}"])
    with pytest.raises(SystemExit, match=f"^Port {taken} is taken"):
        starts(asked.address)
