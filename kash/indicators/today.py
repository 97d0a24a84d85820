"""Definitions of indicators that wait for a second person, on Today; and the first step of whoever
counts."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from kash.indicators.approval import APPROVAL
from kash.indicators.models import Target
from kash.indicators.queries.definitions import title_of, waiting_definitions
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.beginning import BeginningStep
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Definition of an indicator: %(title)s", title=title_of(one)),
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
TARGETS = BeginningStep(
    "targets",
    _l("Set targets"),
    _l("How many a quarter is to reach; Reports then say whether it is on the way."),
    "indicators.targets",
    {Role.MONITORING: 10},
    lambda: exists().where(Target.id.is_not(None)),
    at_once=("targets.set", "indicators.add_target"),
)
