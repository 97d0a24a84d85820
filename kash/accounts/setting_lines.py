"""Lines of the settings about accounts, with what holds now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.accounts.models import Breach, Delegation
from kash.accounts.names import ROLE_NAMES
from kash.accounts.queries.access import last_review
from kash.accounts.queries.accounts import must_have_second_step
from kash.accounts.queries.delegations import in_force
from kash.platform.web.formats import short_date_text
from kash.platform.web.setting_lines import SettingLine


def _second_step(_count: int) -> str:
    needing = [str(name) for role, name in ROLE_NAMES.items() if must_have_second_step((role,))]
    return ", ".join(needing) or _("Nobody has to have one.")


def _accounts(_count: int) -> str:
    return _("Who may sign in, and with which roles.")


def _review(_count: int) -> str:
    latest = last_review()
    if latest is None:
        return _("Nobody has looked through it yet.")
    return _("Last looked through on %(day)s.", day=short_date_text(latest.at))


def _stand_ins(count: int) -> str:
    if not count:
        return _("Nobody decides for somebody else now.")
    return _("Deciding for somebody else now: %(count)s", count=count)


def _stand_ins_now(now: datetime) -> Select[Any]:
    return select(func.count(Delegation.id)).where(in_force(now))


def _breaches(count: int) -> str:
    return _("Open entries: %(count)s", count=count) if count else _("No entry is open.")


def _open_breaches(_now: datetime) -> Select[Any]:
    return select(func.count(Breach.id)).where(Breach.closed_at.is_(None))


def _trail(_count: int) -> str:
    return _("Who did what and when, without values.")


LINES = (
    SettingLine(
        "safety",
        40,
        "accounts.second_step_roles",
        _l("Roles that need a second step"),
        "key",
        _second_step,
        always=True,
    ),
    SettingLine("safety", 50, "accounts.index", _l("Accounts"), "accounts", _accounts),
    SettingLine("safety", 60, "accounts.access", _l("Review of access"), "accounts", _review),
    SettingLine(
        "safety",
        80,
        "accounts.lend_approvals",
        _l("Deciding for each other"),
        "people",
        _stand_ins,
        _stand_ins_now,
        always=True,
    ),
    SettingLine(
        "safety", 90, "accounts.breaches", _l("Breach register"), "alert", _breaches, _open_breaches
    ),
    SettingLine("safety", 100, "accounts.trail", _l("Audit"), "history", _trail),
)
