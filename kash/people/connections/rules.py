"""The states of a connection, and addresses that may be called."""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_HERE = frozenset({"localhost", "127.0.0.1"})


class Stands(StrEnum):
    """State of a connection: `recorded` waits for a second person, `agreed` was never on."""

    RECORDED = "recorded"
    RETURNED = "returned"
    AGREED = "agreed"
    ON = "on"
    OFF = "off"


def stands_now(state: str, *, is_on: bool, was_switched: bool) -> Stands:
    """State of a connection as a whole, from that of its proposal and its switch."""
    if state == "returned":
        return Stands.RETURNED
    if state != "approved":
        return Stands.RECORDED
    if is_on:
        return Stands.ON
    return Stands.OFF if was_switched else Stands.AGREED


def clean_address(address: str, *, here_too: bool = False) -> str | None:
    """An address of another system in its one form, without a slash at the end; None if it may not
    be called: it must be protected, and name a host and nobody's password.

    `here_too` lets a stand-in on this machine be called without protection.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if "@" in parts.netloc or parts.query or parts.fragment or not _HOST.fullmatch(host):
        return None
    if parts.scheme != "https" and not (here_too and parts.scheme == "http" and host in _HERE):
        return None
    if re.fullmatch(r"[A-Za-z0-9._~/-]*", parts.path) is None or ".." in parts.path:
        return None
    place = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"
