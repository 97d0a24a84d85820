"""Hourly clean-up of openings and forms that are past their time."""

from __future__ import annotations

from kash.members.services.identity_requests import forget_old
from kash.members.services.kept_forms import forget_kept


def forget_openings() -> None:
    """Delete keys of grants that ran out, openings that closed by themselves, and kept forms."""
    forget_old()
    forget_kept()
