"""Revocations: a register of the steps that end what hangs on somebody's access.

Each room that gives an account something of its own (sessions, links, keys, an offline register)
adds a step at start-up. Locking an account at once and a leaver's hand-over run all of them in one
transaction. A step does its work in the session that it is given and commits nothing; it answers
None, or what of it cannot be done at once, as a sentence that stays on the page until it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

Step = Callable[[Session, int, datetime], Any]
# What would be lost with an account, by its public id: sentences to read before.
Warn = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Revocation:
    """A step: what it ends, in words, and the function that does it."""

    key: str
    label: Any
    step: Step
    warn: Warn | None = None


_register: dict[str, Revocation] = {}


def register_revocation(label: Any, step: Step, *, key: str = "", warn: Warn | None = None) -> None:
    """Add a step after those registered before. `label` is a lazy text: "All sessions end".

    `warn` says what would be lost for good.
    """
    name = key or f"{step.__module__.rpartition('.')[2]}.{step.__name__}"
    _register[name] = Revocation(name, label, step, warn)


def forget_revocation(key: str) -> None:
    """Take a step away again."""
    _register.pop(key, None)


def revocations() -> list[Revocation]:
    """All steps in their order."""
    return list(_register.values())


def revocation_warnings(public_id: str) -> list[str]:
    """Sentences on what would be lost for good if an account's access ended now."""
    return [text for one in revocations() if one.warn is not None for text in one.warn(public_id)]


def revocation_label(key: str) -> Any:
    """Words for what a step ends; its key if the room that knew it is gone."""
    found = _register.get(key)
    return found.label if found is not None else key


def revoke_everything(session: Session, account_id: int, now: datetime) -> list[str]:
    """Run every step for an account, inside the caller's transaction.

    Answers the keys of the steps that could not be done at once.
    """
    return [one.key for one in revocations() if one.step(session, account_id, now)]
