"""Plans on Today: one that waits for approval, and one that is missing for the next year."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.approvals.pages import waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.releases.approval import APPROVAL
from kash.releases.queries.plans import is_planned, waiting_plans

# From November on the next year's plan is due.
_DUE_FROM = 11


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Plan of printed figures: %(year)s", year=one.year),
            url_for("releases.plan", plan_id=one.public_id),
            one.created_at,
            icon="report",
        )
        for one in waiting_plans(asked.actor)
    ]


def _missing(asked: Viewer) -> Sequence[TodayLine]:
    year = asked.day.year + 1
    if not asked.actor.may("releases.make") or asked.day.month < _DUE_FROM or is_planned(year):
        return []
    return [
        TodayLine(
            _("Nothing says what %(year)s prints", year=year),
            url_for("releases.new_plan", year=year),
            _("A plan is approved before its first day; without one nothing is printed."),
            icon="report",
            button=_("Propose a plan"),
        )
    ]


PLANS_NEEDED = (
    Need(
        "release_plans",
        265,
        _to_approve,
        lead=_l("Plans of printed figures that wait for you:"),
        lead_place=105,
        exists=lambda asked: APPROVAL.any_open_to(asked.actor),
    ),
    Need("release_plan_missing", 185, _missing),
)
