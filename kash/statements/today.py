"""Statements on Today: those that wait for approval; and those that were approved and not sent, or
sent back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from kash.platform.approvals.pages import returned_line, waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.statements.approval import APPROVAL
from kash.statements.models import Statement
from kash.statements.queries import statements as queries
from kash.statements.words import period_text


def _line(one: Statement, onward: str = "") -> TodayLine:
    title = _(
        "Figures for %(funder)s: %(period)s",
        funder=one.funder.name,
        period=period_text(one.of_days),
    )
    url = url_for("statements.statement", public_id=one.public_id)
    if one.state == "returned":
        return returned_line(title, url, one.returned_reason, icon="report")
    return waiting_line(title, url, one.created_at, onward=onward, icon="report")


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [_line(one) for one in queries.waiting(asked.actor)]


def _to_send(asked: Viewer) -> Sequence[TodayLine]:
    return [_line(one, _("Send")) for one in queries.decided()]


def _any_to_send(asked: Viewer) -> ColumnElement[bool] | None:
    return queries.any_decided() if asked.actor.may("statements.make") else None


TODAY = (
    Need(
        "statements",
        268,
        _to_approve,
        lead=_l("Figures for funders that wait for you:"),
        lead_place=107,
        exists=lambda asked: APPROVAL.any_open_to(asked.actor),
    ),
    Need("statements_to_send", 188, _to_send, exists=_any_to_send),
)
