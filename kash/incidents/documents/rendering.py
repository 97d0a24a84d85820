"""A paper set while somebody waits, and the sentence where that fails."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.database import db
from kash.platform.press import PagedDocument, RenderError, RenderLimits, document
from kash.platform.web.errors import Problem

_LIMITS = RenderLimits(seconds=30.0)


class PaperFailed(Problem):
    """The press could not make it."""

    status = 503
    sentence = _l("The paper could not be made. Try again in a minute.")


def render_now(paged: PagedDocument) -> bytes:
    """The paper as PDF, from memory to memory. Raises PaperFailed."""
    # The press works for a while: the read transaction must not stay open meanwhile.
    db.session.rollback()
    try:
        return document(paged, _LIMITS)
    except RenderError:
        raise PaperFailed from None
