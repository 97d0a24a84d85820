"""Reports to funders on Today: what waits for whoever approves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l

from kash.funder_reports.approval import APPROVAL
from kash.funder_reports.queries.reports import waiting_reports
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            one.title,
            url_for("funder_reports.report", public_id=one.public_id),
            one.created_at,
            icon="report",
        )
        for one in waiting_reports(asked.actor)
    ]


NEEDED = Need(
    "funder_reports",
    266,
    _to_approve,
    lead=_l("Reports to funders that wait for you:"),
    lead_place=106,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)
