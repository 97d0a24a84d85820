"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "funder_reports.begun": _l("reports to funders: begun"),
        "funder_reports.written": _l("reports to funders: written"),
        "funder_reports.template_written": _l("reports to funders: template written"),
        "funder_reports.proposed": _l("reports to funders: proposed"),
        "funder_reports.approved": _l("reports to funders: approved"),
        "funder_reports.stories_settled": _l("reports to funders: stories taken back told"),
        "funder_reports.returned": _l("reports to funders: sent back"),
    }
)
