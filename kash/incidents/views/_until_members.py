"""What stands in for `kash.members.opening` until that room is there: the vault is never open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g

from kash.vault import OpenVault
from kash.web.errors import NotFound


def current_vault() -> OpenVault | None:
    """None, but in tests."""
    vault: OpenVault | None = g.get("open_vault")
    return vault


def require_vault(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a view run only with an open vault."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_vault() is None:
            raise NotFound
        return view(*args, **kwargs)

    return guarded
