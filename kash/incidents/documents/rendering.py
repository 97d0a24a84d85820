"""A paper set while somebody waits."""

from __future__ import annotations

from kash.platform.database import db
from kash.platform.press import PagedDocument, RenderLimits, document

_LIMITS = RenderLimits(seconds=30.0)


def render_now(paged: PagedDocument) -> bytes:
    """The paper as PDF, from memory to memory. Raises RenderError."""
    # The press works for a while: the read transaction must not stay open meanwhile.
    db.session.rollback()
    return document(paged, _LIMITS)
