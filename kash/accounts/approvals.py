"""Names of the approvals that can be lent during an absence."""

from __future__ import annotations

from typing import Any

from kash.feature import declared
from kash.platform.approvals.approval import Approval


def approval_names() -> dict[str, Any]:
    """Names of approvals, by their permissions, in the order of these."""
    found = {one.approves: one.label for one in declared(Approval)}
    return dict(sorted(found.items()))
