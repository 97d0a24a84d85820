"""Takes in a file in a process that is killed where the test says.

Run by the tests in a process of its own.
"""

import os
import signal
from multiprocessing.connection import Connection
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kash.accounts.models import Account
from kash.accounts.queries.accounts import actor_of
from kash.application import create_app
from kash.incidents.services import evidence
from kash.incidents.services.evidence import Received
from kash.platform.database import db, utc_now
from kash.platform.vault import VaultMember, open_in_memory
from kash.settings import Settings

_MOST = 1 << 26


def _stops(*_given: Any, **_more: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


class _Body:
    """A large picture that comes in pieces."""

    def __init__(self, stops: bool) -> None:
        self._left, self._stops = 300, stops

    def read(self, size: int) -> bytes:
        """The next piece; empty at the end, unless this process ends there."""
        self._left -= 1
        if self._left < 0:
            if self._stops:
                _stops()
            return b""
        if self._left == 299:
            return b"\xff\xd8\xff" + bytes(size - 3)
        return b"Achieng-Kondele!" * (size // 16)


def add_file(
    settings: Settings, holder: str, private: bytes, reference: str, stop: str, _tell: Connection
) -> None:
    """Add a file to a case and be killed while it is `streaming`, `filing` or `committing`."""
    app = create_app(settings)
    with app.app_context():
        member = db.session.query(VaultMember).filter_by(holder=holder).one()
        actor = actor_of(db.session.query(Account).filter_by(public_id=holder).one())
        key = X25519PrivateKey.from_private_bytes(private)
        vault = open_in_memory(db.session(), member, key, utc_now())
        if stop == "filing":
            vars(evidence)["file_document"] = _stops
        if stop == "committing":
            vars(evidence)["next_number"] = lambda _record: 1
            vars(db.session())["commit"] = _stops
        body = _Body(stop == "streaming")
        evidence.add_evidence(actor, vault, reference, Received(label="x"), body, _MOST)
