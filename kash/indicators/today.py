"""Definitions of indicators that wait for a second person, on Today."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.indicators.approval import APPROVAL
from kash.indicators.queries.definitions import waiting_definitions
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Definition of an indicator: %(title)s", title=one.title),
            url_for("indicators.definition", key=one.key),
            one.created_at,
            icon="report",
        )
        for one in waiting_definitions(asked.actor)
    ]


DEFINITIONS_WAIT = Need(
    "indicators",
    276,
    _to_approve,
    lead=_l("Definitions of indicators that wait for you:"),
    lead_place=111,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)
