"""A server that is started again at once waits for what is left of the one before it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from kash.operations import port as ports
from kash.operations.port import PortTaken, wait_for_port


@pytest.fixture
def orphan() -> Iterator[socket.socket]:
    """A web process that still listens."""
    with closing(socket.socket()) as heard:
        heard.bind(("127.0.0.1", 0))
        heard.listen()
        yield heard


def test_a_start_waits_until_the_port_is_free(
    orphan: socket.socket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
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


def test_what_goes_on_listening_is_said_in_a_line(orphan: socket.socket) -> None:
    number = orphan.getsockname()[1]
    with pytest.raises(PortTaken, match=f"^Port {number} is taken by another program"):
        wait_for_port("127.0.0.1", number, patience=0)


def test_a_server_that_has_its_socket_already_does_not_wait(
    orphan: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_port("127.0.0.1", 0, patience=0)
    for name in ("GUNICORN_PID", "LISTEN_FDS"):
        with monkeypatch.context() as given:
            given.setenv(name, "1")
            wait_for_port("127.0.0.1", orphan.getsockname()[1], patience=0)
