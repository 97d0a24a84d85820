"""Revocations: the steps that end what hangs on somebody's access.

Each room that gives an account something of its own (sessions, links, keys, an offline register)
declares a step. Locking an account at once and a leaver's hand-over run all of them in one
transaction. A step does its work in the session that it is given and commits nothing. It answers
None; or a key of its `outcomes`, which says what was done; or that it cannot be done at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kash.feature import Part, declared

Step = Callable[[Session, int, datetime], Any]
# What would be lost with an account, by its public id: sentences to read before.
Warn = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Revocation(Part):
    """A step: what it ends, in words, and the function that does it. `key` is a fixed word, kept
    with what could not be done at once; `label` a lazy text: "All sessions end". `warn` says what
    hangs on the account. `outcomes` are lazy sentences by what the step may answer; with an answer
    in `bars` an account is locked, but not closed."""

    key: str
    label: Any
    step: Step
    warn: Warn | None = None
    outcomes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    bars: Collection[str] = ()


def revocations() -> list[Revocation]:
    """All steps in their order."""
    return list(declared(Revocation))


def revocation_warnings(public_id: str) -> list[str]:
    """Sentences on what would be lost for good if an account's access ended now."""
    return [text for one in revocations() if one.warn is not None for text in one.warn(public_id)]


def revocation_outcome(key: str) -> Any:
    """The sentence on what a step did, by what it answered; None for what is not done yet."""
    return next((one.outcomes[key] for one in revocations() if key in one.outcomes), None)


def bars_closing(keys: Collection[str]) -> bool:
    """True if something that steps answered stands against closing the account."""
    return any(key in one.bars for one in revocations() for key in keys)


def revocation_label(key: str) -> Any:
    """Words for what a step ends; its key if the room that knew it is gone."""
    return next((one.label for one in revocations() if one.key == key), key)


def revoke_everything(session: Session, account_id: int, now: datetime) -> list[str]:
    """Run every step for an account, inside the caller's transaction.

    Answers the keys of the steps that could not be done at once, and of what others did.
    """
    answers = [(one, one.step(session, account_id, now)) for one in revocations()]
    return [said if said in one.outcomes else one.key for one, said in answers if said]
