"""Steps in rooms above that end with a session, and those that follow a change of roles.

Each room that lends something to a session, or to a role, for as long as it lasts declares a step.
A step works in the transaction that it is given, and commits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.policy import Role

# Told the public ids of the sessions that end.
SessionStep = Callable[[Session, Sequence[str]], None]
# Told an account's public id, the roles that it has from now on, and now.
RoleStep = Callable[[Session, str, frozenset[Role], datetime], None]


@dataclass(frozen=True)
class SessionEnd(Part):
    """A step that is done when sessions end, however they end, but for those that only grow old."""

    step: SessionStep


@dataclass(frozen=True)
class RoleChange(Part):
    """A step that is done when the roles of an account are changed."""

    step: RoleStep


def sessions_ended(session: Session, public_ids: Sequence[str]) -> None:
    """Run what ends with these sessions."""
    if public_ids:
        for end in declared(SessionEnd):
            end.step(session, public_ids)


def roles_changed(session: Session, public_id: str, roles: frozenset[Role], now: datetime) -> None:
    """Run what follows from the roles that an account has now."""
    for change in declared(RoleChange):
        change.step(session, public_id, roles, now)
