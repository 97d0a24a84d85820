"""Reasons for which no statement is made or sent."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class NotWorkedOut(Problem):
    """The check of what could be worked out came to no end."""

    status = 503
    sentence = _l(
        "What could be worked out from these figures was not found out, so nothing was sent. Try"
        " again in a few minutes."
    )
