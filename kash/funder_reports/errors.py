"""Errors of reports to funders."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class ReportThere(Problem):
    """A second report on one statement."""

    status = 409
    sentence = _l("There is a report on these figures already.")


class StatementNotSent(Problem):
    """A report on figures that were not sent."""

    sentence = _l("Send the figures first: a report tells nothing that was not audited and sent.")


class ReportFixed(Problem):
    """A change of a report that was proposed or approved."""

    sentence = _l("This report was proposed, so it does not change. It can be sent back.")
