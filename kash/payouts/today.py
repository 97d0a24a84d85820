"""Payouts on Today: lists that wait, and rates that are missing."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from kash.payouts.approval import REVERSAL_SENT_BACK, SENT_BACK
from kash.payouts.models import RateTable
from kash.payouts.queries.lists import waiting_for
from kash.payouts.queries.reversals import lists_paid_again, reversals_waiting
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.beginning import BeginningStep, is_missing
from kash.platform.web.formats import money_text
from kash.platform.web.today import Need, TodayLine, Viewer, total
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


def _reversals(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Said not to have arrived: %(title)s", title=one.of_list.workshop.title),
            url_for(
                "payouts.reversal",
                public_id=one.of_list.workshop.public_id,
                list_id=one.of_list.public_id,
                reversal_id=one.public_id,
            ),
            one.created_at,
            key=money_text(sum(said.line.amount_cents for said in one.lines)),
            small=one.of_list.table.currency,
        )
        for one in reversals_waiting(asked.actor)
    ]


def _paid_again(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Paid after a failure: %(title)s", title=one.title),
            url_for("payouts.payout_list", public_id=one.workshop, list_id=one.list) + "#again-h",
            _("Compare with what mobile money and the paper list say that nobody was paid twice."),
            key=money_text(sum(payment.cents for payment in one.payments)),
            small=one.currency,
            button=_("Compare"),
            reasons=[
                _(
                    "%(reference)s: %(amount)s %(currency)s",
                    reference=payment.reference,
                    amount=money_text(payment.cents),
                    currency=one.currency,
                )
                for payment in one.payments
            ],
            count=len(one.payments),
        )
        for one in lists_paid_again(asked.actor)
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
    REVERSAL_SENT_BACK,
    Need(
        "payouts_again",
        255,
        _paid_again,
        lead=_l("Payments after a failure:"),
        lead_place=98,
        count=total,
    ),
    Need(
        "payout_reversals",
        258,
        _reversals,
        lead=_l("Payments said not to have arrived:"),
        lead_place=99,
    ),
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
