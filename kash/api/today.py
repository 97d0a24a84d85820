"""Tokens on Today: those that wait for a second person, and one's own that wait to be fetched."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.api.queries.tokens import any_waiting, tokens_on_today
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.formats import date_text
from kash.platform.web.today import Need, TodayLine, Viewer


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Token for a program: %(name)s", name=one.connection.name),
            url_for("api.token", public_id=one.public_id),
            one.created_at,
            icon="key",
        )
        for one in asked.once(tokens_on_today).to_agree
    ]


def _to_fetch(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Your token for %(name)s was agreed to", name=one.connection.name),
            url_for("api.token", public_id=one.public_id),
            _("Agreed on %(day)s. Fetch it within seven days.", day=date_text(one.agreed_at))
            if one.agreed_at is not None
            else "",
            icon="key",
            button=_("Fetch it"),
        )
        for one in asked.once(tokens_on_today).to_fetch
    ]


TODAY = (
    Need(
        "api_tokens",
        276,
        _to_agree,
        lead=_l("Tokens of programs that wait for you:"),
        lead_place=111,
        exists=any_waiting,
    ),
    Need("api_tokens_to_fetch", 277, _to_fetch, exists=any_waiting),
)
