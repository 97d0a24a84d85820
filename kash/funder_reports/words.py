"""Words of reports to funders."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.funder_reports.rules.sections import ReportSection

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
