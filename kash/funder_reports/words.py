"""Words of reports to funders."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.funder_reports.models import FunderReport
from kash.funder_reports.rules.sections import ReportSection
from kash.platform.web.programme import LANGUAGES
from kash.statements.models import Statement
from kash.statements.words import period_text

SECTION_NAMES: dict[str, Any] = {
    ReportSection.SUMMARY: _l("Summary"),
    ReportSection.FIGURES: _l("What was reached"),
    ReportSection.STORIES: _l("What people told"),
    ReportSection.WORKSHOPS: _l("Workshops"),
    ReportSection.MONEY: _l("Money"),
    ReportSection.PRINTED: _l("Figures from the cases"),
    ReportSection.NEXT: _l("What comes next"),
    ReportSection.ANNEX: _l("How it was counted"),
}
REPORT_STATES: dict[str, Any] = {
    "draft": _l("Draft"),
    "proposed": _l("Waits for approval"),
    "approved": _l("Final"),
    "returned": _l("Sent back"),
}
REPORT_TONES = {"draft": "", "proposed": "live", "approved": "good", "returned": "bad"}


def made_name(statement: Statement) -> str:
    """The title with which a report on a statement begins."""
    return _(
        "Report to %(funder)s, %(period)s",
        funder=statement.funder.name,
        period=period_text(statement.of_days),
    )[:120]


def read_name(report: FunderReport) -> str:
    """Title of a report for whoever reads a page: in her language where nobody gave it another than
    it began with. On paper it stays as it is."""
    for language in LANGUAGES:
        with force_locale(language):
            made = made_name(report.statement)
        if report.title == made:
            return made_name(report.statement)
    return report.title
