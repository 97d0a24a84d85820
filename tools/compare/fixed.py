"""Fixed time and chance, under which the sample and its papers come out the same each time.

Every function of Kash that draws has a stream of its own, by its name. So what is drawn stays the
same when modules move or other functions draw more or less; a function that is renamed, or the ids
of rows that come in another order, do change it.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Lock
from types import SimpleNamespace
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from itsdangerous import TimestampSigner
from pyotp import TOTP

from kash.platform import database

MOMENT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
# Later moments are later, yet all of them within one second.
TICK = timedelta(microseconds=1)


class Clock:
    """A clock that stands at `MOMENT` but for a tick each time it is asked."""

    def __init__(self) -> None:
        self._asked = 0

    def now(self, zone: tzinfo) -> datetime:
        """The moment, in a zone."""
        self._asked += 1
        return (MOMENT + self._asked * TICK).astimezone(zone)


class Chance:
    """Bytes that look random, the same in each run, in a stream for each drawing function."""

    def __init__(self) -> None:
        self._drawn: Counter[str] = Counter()
        self._lock = Lock()

    def draw(self, length: int) -> bytes:
        """The next bytes of whoever asks, as `os.urandom` gives them."""
        name = _drawing_function()
        with self._lock:
            self._drawn[name] += 1
            seed = f"{name} {self._drawn[name]}"
        return hashlib.shake_256(seed.encode()).digest(length)


def _drawing_function() -> str:
    """The name of the innermost function of Kash that is running."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        if str(frame.f_globals.get("__name__")).split(".")[0] == "kash":
            return frame.f_code.co_qualname
        frame = frame.f_back
    return ""


@contextmanager
def fixed() -> Iterator[None]:
    """Let everything in this process draw from a new `Chance` and read a new `Clock`."""
    chance = Chance()
    with ExitStack() as stack:
        for place, name, instead in (
            (
                database,
                "datetime",
                SimpleNamespace(now=Clock().now, fromisoformat=datetime.fromisoformat),
            ),
            (os, "urandom", chance.draw),
            (random, "_urandom", chance.draw),
            (Ed25519PrivateKey, "generate", lambda: _signing_key(chance)),
            (X25519PrivateKey, "generate", lambda: _exchange_key(chance)),
            # Cookies and the tokens of forms carry the moment at which they were signed.
            (TimestampSigner, "get_timestamp", lambda _signer: int(MOMENT.timestamp())),
            (TOTP, "now", lambda codes: codes.at(MOMENT)),
        ):
            stack.enter_context(patch.object(place, name, instead))
        yield


def _signing_key(chance: Chance) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(chance.draw(32))


def _exchange_key(chance: Chance) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(chance.draw(32))
