"""Registers of steps: those that end with a session, and those that follow a change of roles.

Each room that lends something to a session, or to a role, for as long as it lasts adds a step at
start-up. A step works in the transaction that it is given, and commits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from kash.policy import Role

# What ends with sessions: their public ids.
SessionStep = Callable[[Session, Sequence[str]], None]
# An account's public id, the roles that it has from now on, and now.
RoleStep = Callable[[Session, str, frozenset[Role], datetime], None]

_session_steps: dict[str, SessionStep] = {}
_role_steps: dict[str, RoleStep] = {}


def register_session_end(step: SessionStep) -> None:
    """Add what is done when sessions end, however they end, but for those that only grow old."""
    _session_steps[f"{step.__module__}.{step.__name__}"] = step


def register_role_change(step: RoleStep) -> None:
    """Add what is done when the roles of an account are changed."""
    _role_steps[f"{step.__module__}.{step.__name__}"] = step


def sessions_ended(session: Session, public_ids: Sequence[str]) -> None:
    """Run what ends with these sessions."""
    if public_ids:
        for step in _session_steps.values():
            step(session, public_ids)


def roles_changed(session: Session, public_id: str, roles: frozenset[Role], now: datetime) -> None:
    """Run what follows from the roles that an account has now."""
    for step in _role_steps.values():
        step(session, public_id, roles, now)
