"""Leases of requests that this process holds, and counts down in memory (`rules/limits.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from flask import current_app

from kash.accounts.services.throttle import count_try
from kash.api.errors import TooMuchAsked
from kash.api.rules.limits import MOST_WRONG, WINDOW, seconds_left
from kash.api.scopes import Scope
from kash.api.services.using import lease
from kash.platform.database import unless_full, utc_now
from kash.platform.web.errors import TooManyTries

_EXTENSION = "kash_api_leases"


@dataclass
class _HeldLease:
    """Requests that are left until a moment."""

    until: datetime
    left: int


@dataclass(frozen=True)
class _Leases:
    """Leases of this process, by token and scope."""

    lock: Lock
    held: dict[tuple[str, str], _HeldLease]


def count_wrong(address: str) -> None:
    """Count a request of an address without a token in use. Raises TooMuchAsked.

    A right token from there is answered still: whoever shares the address with a program that was
    forgotten somewhere has not to wait for it.
    """
    try:
        with unless_full():
            count_try("api.wrong_token", address, limit=MOST_WRONG, window=WINDOW)
    except TooManyTries:
        raise TooMuchAsked(int(WINDOW.total_seconds())) from None


def use_one(token_id: int, public_id: str, scope: Scope) -> None:
    """Count a request against the limit of a token. Raises TooMuchAsked.

    Not to be called inside a write transaction. Where the disk is full nothing is counted: reading
    goes on.
    """
    kept: _Leases = current_app.extensions.setdefault(_EXTENSION, _Leases(Lock(), {}))
    place, now = (public_id, scope.key), utc_now()
    with kept.lock:
        mine = kept.held.get(place)
        if mine is not None and now < mine.until and mine.left > 0:
            mine.left -= 1
            return
    with unless_full():
        window, granted = lease(token_id, public_id, scope)
        if not granted:
            raise TooMuchAsked(seconds_left(window, now))
        with kept.lock:
            kept.held[place] = _HeldLease(window.began_at + WINDOW, granted - 1)
