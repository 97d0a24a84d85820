"""The port that the server listens on, which what is left of a killed server may still hold."""

from __future__ import annotations

import errno
import os
import socket
import time

# A web process whose first process was killed ends by itself once it has answered what it is at.
PATIENCE = 30.0
_PAUSE = 0.2


class PortTaken(Exception):
    """Another program listens there; the message is one line for the operator."""


def wait_for_port(host: str, port: int, *, patience: float = PATIENCE) -> None:
    """Return once nothing listens on the port. Raises PortTaken after `patience` seconds.

    A server that replaces itself, or is given its socket, has it already and does not wait.
    """
    if not port or "GUNICORN_PID" in os.environ or "LISTEN_FDS" in os.environ:
        return
    until, told = time.monotonic() + patience, False
    while _is_taken(host, port):
        if time.monotonic() >= until:
            raise PortTaken(f"Port {port} is taken by another program, or by another Kash.")
        if not told:
            print(f"Port {port} is taken. Waiting until it is free.", flush=True)
            told = True
        time.sleep(_PAUSE)


def _is_taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server does: what has only just closed does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
