"""Writing by somebody who files: without an entry that says so, unless she holds keys herself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.errors import KeysAltered, NobodyHoldsKeys
from kash.platform.database import after_commit, db, utc_now, writing
from kash.platform.vault import KeyAltered, NobodyCanOpen, VaultMember, audited, scrub
from kash.policy import Actor


@dataclass
class Filed:
    """A write by somebody who files."""

    session: Session
    now: datetime
    about: Callable[..., None]
    # For a write that turns out to change nothing.
    nothing: Callable[[], None]
    # Whether an entry of the audit tells of it, and so when it was.
    is_noted: bool = False


@contextmanager
def without_trace(action: str, by: Actor) -> Iterator[Filed]:
    """One transaction. A member's own has its audit entry; nobody else's leaves one.

    Raises NobodyHoldsKeys, and KeysAltered: the alarm that belongs to it comes with the chore that
    looks at keys, since one at this moment would tell when somebody filed.
    """
    try:
        if _holds_keys(by):
            with audited(action, by) as change:
                yield Filed(change.session, change.now, change.about, change.nothing, is_noted=True)
        else:
            with writing() as session:
                after_commit(_scrub)
                yield Filed(session, utc_now(), lambda *_ids: None, lambda: None)
    except NobodyCanOpen:
        raise NobodyHoldsKeys from None
    except KeyAltered:
        raise KeysAltered from None


def _scrub() -> None:
    # PostgreSQL keeps its log apart; what its rows tell of order is seen to by `mixing`.
    if db.engine.dialect.name == "sqlite":
        scrub()


def _holds_keys(by: Actor) -> bool:
    found = select(VaultMember.id).where(VaultMember.holder == by.public_id)
    return db.session.scalar(found) is not None
