"""Errors of ties between accounts and funders."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class NoFunderRole(Problem):
    """A tie of an account that is no funder's."""

    sentence = _l("Only an account with the role of a funder belongs to one.")


class TiedAlready(Problem):
    """A second tie of an account that has one, or for which one waits."""

    sentence = _l("This account belongs to a funder already, or a decision on it waits.")
