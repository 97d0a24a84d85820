"""Columns of the lists of accounts, where they are taken away as tables."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.accounts.models import Account
from kash.accounts.names import AFFECTED_NAMES, ASKED_NAMES, clock_text, role_name
from kash.accounts.queries.breaches import BreachLine
from kash.accounts.queries.requests import RequestLine
from kash.accounts.queries.trail import AuditLine
from kash.accounts.rules.two_people import RequestState
from kash.platform.web.action_words import action_text, actor_text
from kash.platform.web.taking import TableColumn

ACCOUNT_COLUMNS: Sequence[TableColumn[Account]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#contact+name"),
    TableColumn(
        _l("Roles"),
        lambda one: ", ".join(str(role_name(held.role)) for held in one.roles),
        "#contact+type",
    ),
    TableColumn(_l("Last seen"), lambda one: one.last_seen_at, "#date+seen"),
)
BREACH_COLUMNS: Sequence[TableColumn[BreachLine]] = (
    TableColumn(_l("Noticed"), lambda one: one.noticed_at, "#date+noticed"),
    TableColumn(_l("An account was locked"), lambda one: one.by_lock, "#indicator+locked"),
    TableColumn(
        _l("Affected"),
        lambda one: ", ".join(str(AFFECTED_NAMES[what]) for what in one.affected),
        "#impact+type",
    ),
    TableColumn(_l("Notice"), lambda one: clock_text(one.clock), "#status"),
    TableColumn(_l("Closed"), lambda one: one.closed_at, "#date+closed"),
)
TRAIL_COLUMNS: Sequence[TableColumn[AuditLine]] = (
    TableColumn(_l("When"), lambda one: one.at, "#date"),
    TableColumn(_l("Who"), lambda one: one.name or actor_text(one.actor), "#contact+name"),
    TableColumn(_l("Action"), lambda one: action_text(one.action), "#activity"),
    TableColumn(_l("About"), lambda one: ", ".join(one.subjects), "#meta+id"),
)


_REQUEST_STATES = {
    RequestState.WAITING: _l("waits for another person"),
    RequestState.AGREED: _l("agreed, link not made yet"),
    RequestState.DONE: _l("agreed and done"),
    RequestState.DECLINED: _l("declined"),
    RequestState.WITHDRAWN: _l("withdrawn"),
    RequestState.CHANGED: _l("went back"),
}


def _request_state(one: RequestLine) -> object:
    if not one.overdue:
        return _REQUEST_STATES[one.state]
    if one.state is RequestState.WAITING:
        return _l("nobody decided in time")
    return _l("link not made in time")


REQUEST_COLUMNS: Sequence[TableColumn[RequestLine]] = (
    TableColumn(_l("Asked"), lambda one: one.asked_at, "#date+asked"),
    TableColumn(_l("What"), lambda one: ASKED_NAMES[one.kind], "#activity"),
    TableColumn(_l("Name"), lambda one: one.name, "#contact+name"),
    TableColumn(_l("Asked by"), lambda one: one.asked_by, "#contact+asking"),
    TableColumn(_l("Open until"), lambda one: one.expires_at, "#date+end"),
    TableColumn(_l("State"), _request_state, "#status"),
    TableColumn(_l("Decided"), lambda one: one.decided_at, "#date+decided"),
    TableColumn(_l("Decided by"), lambda one: one.decided_by, "#contact+deciding"),
)
