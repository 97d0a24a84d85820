"""Reports to funders on Today: what waits for whoever approves, and what was sent back to whoever
writes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.funder_reports.approval import APPROVAL
from kash.funder_reports.queries.reports import (
    any_returned,
    any_with_stories,
    reports_to_settle,
    returned_reports,
    waiting_reports,
)
from kash.funder_reports.words import read_name
from kash.platform.approvals.pages import returned_line, waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            read_name(one),
            url_for("funder_reports.report", public_id=one.public_id),
            one.created_at,
            icon="report",
        )
        for one in waiting_reports(asked.actor)
    ]


def _to_mend(_asked: Viewer) -> Sequence[TodayLine]:
    return [
        returned_line(
            read_name(one),
            url_for("funder_reports.report", public_id=one.public_id),
            one.returned_reason,
            icon="report",
        )
        for one in returned_reports()
    ]


def _stories_taken_back(_asked: Viewer) -> Sequence[TodayLine]:
    text = _("It holds a story that those who pay may not read (any more). Tell them, and note it.")
    return [
        TodayLine(
            read_name(one),
            url_for("funder_reports.report", public_id=one.public_id),
            text,
            key=one.public_id,
            button=_("Look"),
        )
        for one in reports_to_settle()
    ]


STORIES = Need(
    "funder_reports_stories",
    191,
    _stories_taken_back,
    exists=lambda asked: any_with_stories() if asked.actor.may("funder_reports.approve") else None,
)
RETURNED = Need(
    "funder_reports_returned",
    190,
    _to_mend,
    exists=lambda asked: any_returned() if asked.actor.may("funder_reports.write") else None,
)
NEEDED = Need(
    "funder_reports",
    266,
    _to_approve,
    lead=_l("Reports to funders that wait for you:"),
    lead_place=106,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)
