"""Accounts on Today: notices, requests, breaches, and keeping house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists

from kash.accounts.models import Account, AccountNotice, AccountRole
from kash.accounts.names import ASKED_NAMES, clock_text, role_name, second_note
from kash.accounts.queries.access import ReviewReminder, review_reminder
from kash.accounts.queries.breaches import BreachLine, open_breaches
from kash.accounts.queries.housekeeping import Housekeeping, housekeeping
from kash.accounts.queries.requests import (
    RequestLine,
    lately_alone,
    made_alone,
    opening_waits,
    openings_of,
    possible_seconds,
    requests_for,
    unseen_notices,
)
from kash.accounts.services.notices import TEXTS, notice_text
from kash.platform.approvals.rules import Standing
from kash.platform.web.answers import AnswerKind, answer_kind
from kash.platform.web.beginning import BeginningStep
from kash.platform.web.formats import day_text, moment_text, short_date_text, time_text
from kash.platform.web.today import Need, Panel, TodayLine, Viewer
from kash.policy import Role

_OWN_REQUEST = AnswerKind("", "", "accounts.request", "public_id")


@dataclass(frozen=True)
class NoticeShown:
    """A notice as it is told: its title, and the page that tells more with the word that leads
    there, empty where there is none."""

    title: str
    url: str = ""
    onward: str = ""


def notice_shown(notice: AccountNotice) -> NoticeShown:
    """A notice about the account, or about what it asked for or was told by another room."""
    if not notice.request_id:
        return NoticeShown(_("About your account"))
    kind = _OWN_REQUEST if notice.kind in TEXTS else answer_kind(notice.kind)
    told: dict[str, Any] = {kind.argument: notice.request_id}
    return NoticeShown(str(kind.title), url_for(kind.endpoint, **told), str(kind.onward))


# What the templates of notices and breaches say.
WORDS = {"notice_text": notice_text, "notice_shown": notice_shown, "clock_text": clock_text}


def _notices(asked: Viewer) -> Sequence[AccountNotice]:
    return unseen_notices(asked.actor.account_id)


def _requests_of(asked: Viewer) -> tuple[list[RequestLine], list[RequestLine]]:
    return requests_for(asked.actor)


def _requests(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            f"{ASKED_NAMES[one.kind]}: {one.name}",
            url_for("accounts.request", public_id=one.public_id),
            _("%(name)s asked. You are the second person.", name=one.asked_by),
            key=day_text(one.asked_at),
            small=time_text(one.asked_at),
            button=_("Decide"),
            about=one.name,
        )
        for one in asked.once(_requests_of)[0]
    ]


def _to_fetch(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            f"{ASKED_NAMES[one.kind]}: {one.name}",
            url_for("accounts.request", public_id=one.public_id),
            _("%(name)s has agreed. Make the link.", name=one.decided_by),
            key=day_text(one.decided_at),
            small=time_text(one.decided_at),
            button=_("Make the link"),
            about=one.name,
        )
        for one in asked.once(_requests_of)[1]
    ]


def _openings(asked: Viewer) -> Sequence[TodayLine]:
    """All that whoever joined waits for, and who may agree to it."""
    lines = []
    for one in openings_of(asked.actor, asked.now):
        able = [
            f"{second.name} ({second_note(second.standing, moment_text(second.settled))})"
            for second in possible_seconds(one)
            if second.standing in (Standing.MAY, Standing.NEW)
        ]
        opens = [role_name(role) for role in one.roles if role not in one.held]
        opens += [_("your own workshops and certificates")] if one.person else []
        lines.append(
            TodayLine(
                _("You wait for a second person: %(what)s", what=", ".join(opens)),
                url_for("accounts.own"),
                _("It opens once somebody has agreed: %(names)s.", names=", ".join(able))
                if able
                else _(
                    "At present nobody may agree. Tell the administrator: the operator of the"
                    " server can do it there."
                ),
                key=day_text(one.asked_at),
                small=time_text(one.asked_at),
                button=_("Look"),
            )
        )
    return lines


def _made_alone(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Link for a new password: %(name)s", name=one.name)
            if one.account
            else _(
                "Invitation: %(name)s, %(roles)s",
                name=one.name,
                roles=", ".join(role_name(role) for role in one.roles),
            ),
            url_for("accounts.account", public_id=one.account)
            if one.account
            else url_for("accounts.index"),
            _("Made by %(name)s alone, and used.", name=one.by)
            if one.used
            else _("Made by %(name)s alone, and not used yet.", name=one.by),
            key=day_text(one.at),
            small=time_text(one.at),
            button=_("Look"),
            about=one.name,
        )
        for one in made_alone(asked.now)
    ]


def _breaches(asked: Viewer) -> Sequence[BreachLine]:
    return open_breaches(asked.now) if asked.actor.may("breaches.see") else []


def _reminder(asked: Viewer) -> ReviewReminder | None:
    return review_reminder(asked.now) if asked.actor.may("access.review") else None


def _review(asked: Viewer) -> Sequence[TodayLine]:
    reminder = asked.once(_reminder)
    # Whoever keeps house reads it in that part of the page.
    if reminder is None or asked.actor.may("accounts.manage"):
        return []
    return [
        TodayLine(
            _("Review of access is due"),
            url_for("accounts.access"),
            _("Look at all accounts every 90 days."),
            key=short_date_text(reminder.last) or "–",
            button=_("Look"),
            about=_("Review of access"),
        )
    ]


@dataclass(frozen=True)
class HouseShown:
    """The part of the page about accounts."""

    kept: Housekeeping
    review: ReviewReminder | None


def _house(asked: Viewer) -> HouseShown:
    return HouseShown(housekeeping(asked.now), asked.once(_reminder))


def _held(*roles: Role) -> ColumnElement[bool]:
    """True if somebody holds each of these roles. A link that was not used yet is not enough."""
    return and_(
        *(
            exists().where(
                AccountRole.role == str(role),
                AccountRole.account_id == Account.id,
                Account.active.is_(True),
            )
            for role in roles
        )
    )


TODAY = (
    Need("notices", 30, _notices, template="accounts/today_notices.html"),
    Need("requests", 40, _requests),
    Need("to_fetch", 50, _to_fetch),
    Need(
        "openings",
        45,
        _openings,
        exists=lambda asked: exists().where(opening_waits(asked.actor, asked.now)),
    ),
    Need(
        "made_alone",
        215,
        _made_alone,
        exists=lambda asked: (
            exists().where(lately_alone(asked.now)) if asked.actor.may("accounts.agree") else None
        ),
    ),
    Need(
        "breaches",
        100,
        _breaches,
        lead=_l("Open in the breach register:"),
        lead_place=20,
        template="accounts/today_breaches.html",
    ),
    Need("review", 220, _review),
    Panel("housekeeping", 30, _house, "accounts/today_house.html", "accounts.manage"),
    BeginningStep(
        "keys",
        _l("Invite a documentation officer and a custodian"),
        _l("Before the director has joined, this takes no second person."),
        "accounts.invite_several",
        {Role.ADMINISTRATOR: 10},
        lambda: _held(Role.DOCUMENTATION, Role.CUSTODIAN),
    ),
    BeginningStep(
        "director",
        _l("Invite the director"),
        _l("Courses, certificates and payouts wait for an approval."),
        "accounts.invite_several",
        {Role.ADMINISTRATOR: 20},
        lambda: _held(Role.DIRECTOR),
    ),
    BeginningStep(
        "trainers",
        _l("Invite the trainers"),
        _l("They write courses and run workshops."),
        "accounts.invite_several",
        {Role.ADMINISTRATOR: 30},
        lambda: _held(Role.TRAINER),
    ),
)
