"""Approvals that can be lent during an absence: each feature names its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared


@dataclass(frozen=True)
class Approval(Part):
    """An approval, by its permission (one of `policy.DELEGABLE`), and what it is called."""

    permission: str
    label: Any


def approval_names() -> dict[str, Any]:
    """Names of approvals, by their permissions, in the order of these."""
    found = {one.permission: one.label for one in declared(Approval)}
    return dict(sorted(found.items()))
