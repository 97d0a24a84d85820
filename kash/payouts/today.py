"""Payouts on Today: lists that wait, and rates that are missing."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from kash.payouts.approval import SENT_BACK
from kash.payouts.models import RateTable
from kash.payouts.queries.lists import waiting_for
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.beginning import BeginningStep, is_missing
from kash.platform.web.formats import money_text
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role


def _lists(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Payouts: %(title)s", title=one.title),
            url_for(
                "payouts.payout_list",
                public_id=one.workshop_public_id,
                list_id=one.list_public_id,
            ),
            one.since,
            onward="" if one.state == "proposed" else _("Pay out"),
            key=money_text(one.cents),
            small=one.currency,
        )
        for one in waiting_for(asked.actor)
    ]


def _rates_missing(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("payouts.rates") or not is_missing(asked, "rates", once="workshop"):
        return []
    return [
        TodayLine(
            _("Nothing says what is paid"),
            url_for("payouts.rates"),
            _("Until you set the rates, no trainer can propose a payout."),
            key="–",
            button=_("Set the rates"),
        )
    ]


TODAY = (
    SENT_BACK,
    Need("payouts", 260, _lists, lead=_l("Payouts that wait for you:"), lead_place=100),
    Need("rates", 180, _rates_missing),
    BeginningStep(
        "rates",
        _l("Set what is paid"),
        _l("Without rates no payout can be proposed."),
        "payouts.rates",
        {Role.DIRECTOR: 10},
        lambda: exists().where(RateTable.workshop_id.is_(None)),
    ),
)
