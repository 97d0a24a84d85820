"""Ties on Today: what waits for a second person."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from kash.funders.approval import APPROVAL
from kash.funders.queries import waiting_ties
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Account of a funder: %(name)s", name=one.account.name),
            url_for("funders.account", account_id=one.account.public_id),
            one.created_at,
            icon="accounts",
        )
        for one in waiting_ties(asked.actor)
    ]


NEEDED = Need(
    "funder_accounts", 283, _to_agree, exists=lambda asked: APPROVAL.any_open_to(asked.actor)
)
