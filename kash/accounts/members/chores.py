"""Clean-up of openings and forms that are past their time, and a look at all keys."""

from __future__ import annotations

from kash.accounts.members.services.alarms import look_after_keys
from kash.accounts.members.services.vault_sessions import forget_kept, forget_old


def forget_openings() -> None:
    """Delete keys of grants that ran out, openings that closed by themselves, and kept forms; then
    check the keys that are sealed to."""
    forget_old()
    forget_kept()
    look_after_keys()
