"""Errors of a list as a whole."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import Problem


class FileUnreadable(Problem):
    """The file as a whole cannot be read."""

    status = 422
    field = "file"
    sentence = _l("This file cannot be read.")
