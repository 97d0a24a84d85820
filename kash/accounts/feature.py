"""Chapters of the handbook that tell about accounts. Pages of accounts that are found by what they
are called. Open invitations, which somebody who leaves hands over or withdraws. Lines of the
settings about accounts, with what holds now. Accounts on Today: notices, requests, breaches, and
keeping house. Words of the audit trail for what is done here: the room, then what happened. The
declaration of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from kash.accounts import blueprint, views
from kash.accounts.commands import account_commands, set_up_code_command
from kash.accounts.holdings import Holder, Holding
from kash.accounts.models import (
    ASKED_NAMES,
    ROLE_NAMES,
    Account,
    AccountNotice,
    AccountRole,
    Breach,
    Delegation,
    Invitation,
    clock_text,
    role_name,
    second_note,
)
from kash.accounts.queries import accounts, requests, safety
from kash.accounts.services.accounts import delete_old_sessions, new_setup_code
from kash.accounts.services.locking import (
    Revocation,
    end_all_links,
    end_all_requests,
    end_all_sessions,
    forget_devices,
)
from kash.accounts.services.notices import TEXTS, keep_answer, notice_text, send_notice
from kash.accounts.services.throttle import forget_tries
from kash.accounts.sessions import init_sessions
from kash.feature import Feature, is_off
from kash.platform.approvals.rules import Standing
from kash.platform.database import utc_now
from kash.platform.handbook.places import Chapters, each
from kash.platform.jobs import Chore, JobKind
from kash.platform.jobs.services import Kept, ResultsKept
from kash.platform.operations.migrations import StartLine
from kash.platform.web.account_names import AccountsKnown
from kash.platform.web.formats import day_text, moment_text, short_date_text, time_text
from kash.platform.web.guard import lets_in
from kash.platform.web.parts import ActionWords, NamedPage, SettingLine
from kash.platform.web.programme import retention
from kash.platform.web.today import (
    AnswerKind,
    AnswersKept,
    BeginningStep,
    Need,
    Panel,
    TodayLine,
    Viewer,
    answer_kind,
)
from kash.policy import SIGNED_IN, Role

CHAPTERS = Chapters(
    {
        **each("accounts", "sign_in sign_in_with_passkey", "signing-in#sign-in"),
        **each("accounts", "join new_password", "signing-in#a-link-that-you-were-given"),
        **each(
            "accounts", "second_step second_step_with_passkey enrol", "signing-in#the-second-step"
        ),
        **each("accounts", "add_passkey remove_passkey rename_passkey", "signing-in#passkeys"),
        **each(
            "accounts",
            "lost_phone after_recovery recovery_codes lock_own",
            "signing-in#when-something-is-lost",
        ),
        **each(
            "accounts",
            "own own_name own_password confirm_password confirm_passkey go_on",
            "signing-in#your-account",
        ),
        "accounts": {
            Role.ADMINISTRATOR: "administrator#invite-people",
            Role.DIRECTOR: "director#accounts-and-audit",
        },
        **each(
            "accounts",
            "requests request ask_reset roles reactivate new_password_link",
            {
                Role.ADMINISTRATOR: "administrator#what-takes-two-people",
                Role.DIRECTOR: "director#accounts-and-audit",
            },
        ),
        "accounts.person": {
            Role.ADMINISTRATOR: "administrator#tie-a-peer-educator-to-the-participant"
        },
        **each(
            "accounts",
            "hand_over handed_over end_session_of end_sessions_of name",
            {
                Role.ADMINISTRATOR: "administrator#when-something-is-lost-or-somebody-leaves",
                Role.DIRECTOR: "director#when-somebody-leaves",
            },
        ),
        "accounts.lock": {Role.ADMINISTRATOR: "administrator#when-somebody-is-in-danger"},
        **each(
            "accounts",
            "breaches open_breach breach edit_breach close_breach",
            {
                Role.ADMINISTRATOR: "administrator#the-breach-register",
                Role.DIRECTOR: "director#when-something-happens",
            },
        ),
        **each(
            "accounts",
            "access export_access",
            {
                Role.ADMINISTRATOR: "administrator#review-of-access",
                Role.DIRECTOR: "administrator#review-of-access",
            },
        ),
        **each(
            "accounts",
            "trail trail_by_day",
            {
                Role.ADMINISTRATOR: "administrator#the-audit-trail",
                Role.DIRECTOR: "director#accounts-and-audit",
            },
        ),
        "accounts.second_step_roles": {Role.ADMINISTRATOR: "administrator#settings"},
        **each(
            "accounts",
            "lend_approvals end_stand_in",
            dict.fromkeys(
                (
                    Role.ADMINISTRATOR,
                    Role.DIRECTOR,
                    Role.TRAINER,
                    Role.MONITORING,
                    Role.DOCUMENTATION,
                    Role.CUSTODIAN,
                ),
                "director#while-you-are-away",
            ),
        ),
    }
)


FOUND = (
    NamedPage("accounts.own", _l("Your account"), SIGNED_IN, 10),
    NamedPage("accounts.own_password", _l("Change your password"), SIGNED_IN, 20),
    NamedPage("accounts.invite", _l("Invite someone"), "accounts.manage", 130),
    NamedPage("accounts.trail", _l("Audit trail"), "audit.see", 140),
    NamedPage("accounts.access", _l("Review of access"), "access.review", 150),
    NamedPage("accounts.breaches", _l("Breach register"), "breaches.see", 160),
    NamedPage("accounts.lock_own", _l("Lock my account"), SIGNED_IN, 170),
)


def _sent_by(leaver: Holder, now: datetime) -> ColumnElement[bool]:
    return and_(
        Invitation.invited_by == leaver.public_id,
        Invitation.used_at.is_(None),
        Invitation.account_id.is_(None),
        Invitation.expires_at > now,
    )


def count_invitations(session: Session, leaver: Holder) -> int:
    """Number of invitations that she sent and that are still open."""
    counted = select(func.count(Invitation.id)).where(_sent_by(leaver, utc_now()))
    return session.scalar(counted) or 0


def pass_invitations_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """Make them the successor's, or withdraw them."""
    rows = session.scalars(select(Invitation).where(_sent_by(leaver, now))).all()
    for invitation in rows:
        if successor is None:
            session.delete(invitation)
        else:
            invitation.invited_by = successor.public_id
    return [invitation.public_id for invitation in rows]


def _second_step(_count: int) -> str:
    needing = [
        str(name) for role, name in ROLE_NAMES.items() if accounts.must_have_second_step((role,))
    ]
    return ", ".join(needing) or _("Nobody has to have one.")


def _review(_count: int) -> str:
    latest = safety.last_review()
    if latest is None:
        return _("Nobody has looked through it yet.")
    return _("Last looked through on %(day)s.", day=short_date_text(latest.at))


def _stand_ins(count: int) -> str:
    if not count:
        return _("Nobody decides for somebody else now.")
    return _("Deciding for somebody else now: %(count)s", count=count)


def _breaches(count: int) -> str:
    return _("Open entries: %(count)s", count=count) if count else _("No entry is open.")


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
    SettingLine(
        "oversight",
        50,
        "accounts.index",
        _l("Accounts"),
        "accounts",
        lambda _count: _("Who may sign in, and with which roles."),
    ),
    SettingLine("oversight", 60, "accounts.access", _l("Review of access"), "accounts", _review),
    SettingLine(
        "oversight",
        80,
        "accounts.lend_approvals",
        _l("Deciding for each other"),
        "people",
        _stand_ins,
        lambda now: select(func.count(Delegation.id)).where(accounts.in_force(now)),
        always=True,
    ),
    SettingLine(
        "oversight",
        90,
        "accounts.breaches",
        _l("Breach register"),
        "alert",
        _breaches,
        lambda _now: select(func.count(Breach.id)).where(Breach.closed_at.is_(None)),
    ),
    SettingLine(
        "oversight",
        100,
        "accounts.trail",
        _l("Audit"),
        "history",
        lambda _count: _("Who did what and when, without values."),
    ),
)


_OWN_REQUEST = AnswerKind("", "", "accounts.request", "public_id")


def notice_shown(notice: AccountNotice) -> dict[str, str]:
    """A notice about the account, or about what it asked for or was told by another room: its
    title, and the page that tells more with the word that leads there."""
    if not notice.request_id:
        return {"title": _("About your account"), "url": ""}
    kind = _OWN_REQUEST if notice.kind in TEXTS else answer_kind(notice.kind)
    told: dict[str, Any] = {kind.argument: notice.request_id}
    url = url_for(kind.endpoint, **told) if lets_in(kind.endpoint) else ""
    return {"title": str(kind.title), "url": url, "onward": str(kind.onward)}


def _notices(asked: Viewer) -> Sequence[AccountNotice]:
    """Notices not seen yet, but those of another room that the programme has off."""
    return [
        notice
        for notice in requests.unseen_notices(asked.actor.account_id)
        if notice.kind in TEXTS or not is_off(answer_kind(notice.kind).endpoint, "")
    ]


# What the templates of notices and breaches say.
WORDS = {"notice_text": notice_text, "notice_shown": notice_shown, "clock_text": clock_text}


def _requests_of(asked: Viewer) -> tuple[list[requests.RequestLine], list[requests.RequestLine]]:
    return requests.requests_for(asked.actor)


def _requests(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            f"{ASKED_NAMES[request.kind]}: {request.name}",
            url_for("accounts.request", public_id=request.public_id),
            _("%(name)s asked. You are the second person.", name=request.asked_by),
            key=day_text(request.asked_at),
            small=time_text(request.asked_at),
            button=_("Decide"),
            about=request.name,
        )
        for request in asked.once(_requests_of)[0]
    ]


def _to_fetch(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            f"{ASKED_NAMES[invitation.kind]}: {invitation.name}",
            url_for("accounts.request", public_id=invitation.public_id),
            _("%(name)s has agreed. Make the link.", name=invitation.decided_by),
            key=day_text(invitation.decided_at),
            small=time_text(invitation.decided_at),
            button=_("Make the link"),
            about=invitation.name,
        )
        for invitation in asked.once(_requests_of)[1]
    ]


def _openings(asked: Viewer) -> Sequence[TodayLine]:
    """All that the person who joined waits for, and who may agree to it."""
    lines = []
    for opening in requests.openings_of(asked.actor, asked.now):
        able = [
            f"{second.name} ({second_note(second.standing, moment_text(second.settled))})"
            for second in requests.possible_seconds(opening)
            if second.standing in (Standing.MAY, Standing.NEW)
        ]
        opens = [role_name(role) for role in opening.roles if role not in opening.held]
        opens += [_("your own workshops and certificates")] if opening.person else []
        lines.append(
            TodayLine(
                _("You wait for a second person: %(what)s", what=", ".join(opens)),
                url_for("accounts.own"),
                _("It opens once somebody has agreed: %(names)s.", names=", ".join(able))
                if able
                else _("At present nobody may agree. The operator of the server can."),
                key=day_text(opening.asked_at),
                small=time_text(opening.asked_at),
                button=_("Look"),
            )
        )
    return lines


def _made_alone(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Link for a new password: %(name)s", name=link.name)
            if account
            else _(
                "Invitation: %(name)s, %(roles)s",
                name=link.name,
                roles=", ".join(role_name(role) for role in link.roles),
            ),
            url_for("accounts.account", public_id=account)
            if account
            else url_for("accounts.index"),
            _("Made by %(name)s alone, and used.", name=by)
            if link.used_at is not None
            else _("Made by %(name)s alone, and not used yet.", name=by),
            key=day_text(link.created_at),
            small=time_text(link.created_at),
            button=_("Look"),
            about=link.name,
        )
        for link, account, by in requests.made_alone(asked.now)
    ]


def _reminder(asked: Viewer) -> Any:
    return safety.review_reminder(asked.now) if asked.actor.may("access.review") else None


def _today_review(asked: Viewer) -> Sequence[TodayLine]:
    reminder = asked.once(_reminder)
    # A person who keeps house reads it in that part of the page.
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


def _house(asked: Viewer) -> dict[str, Any]:
    return {"kept": safety.housekeeping(asked.now), "review": asked.once(_reminder)}


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
        exists=lambda asked: exists().where(requests.opening_waits(asked.actor, asked.now)),
    ),
    Need(
        "made_alone",
        215,
        _made_alone,
        exists=lambda asked: (
            exists().where(requests.lately_alone(asked.now))
            if asked.actor.may("accounts.agree")
            else None
        ),
    ),
    Need(
        "breaches",
        100,
        lambda asked: safety.open_breaches(asked.now) if asked.actor.may("breaches.see") else [],
        lead=_l("Open in the breach register:"),
        lead_place=20,
        template="accounts/today_breaches.html",
    ),
    Need("review", 220, _today_review),
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


ACTION_WORDS = ActionWords(
    {
        # Of any room: a list that was taken away as a table, and any other file.
        "lists.exported": _l("lists: taken away"),
        "files.exported": _l("files: taken away"),
        "accounts.access_exported": _l("accounts: access exported"),
        "accounts.access_reviewed": _l("accounts: access reviewed"),
        "accounts.account_made": _l("accounts: account made"),
        "accounts.address_changed": _l("accounts: address changed"),
        "accounts.alerts_changed": _l("accounts: alerts changed"),
        "accounts.approvals_lent": _l("accounts: approvals lent"),
        "accounts.approvals_withdrawn": _l("accounts: approvals withdrawn"),
        "accounts.breach_changed": _l("accounts: breach changed"),
        "accounts.breach_closed": _l("accounts: breach closed"),
        "accounts.breach_noted": _l("accounts: breach noted"),
        "accounts.breach_notified": _l("accounts: breach notified"),
        "accounts.breach_opened": _l("accounts: breach opened"),
        "accounts.browser_forgotten": _l("accounts: browser forgotten"),
        "accounts.browsers_forgotten": _l("accounts: browsers forgotten"),
        "accounts.contacts_changed": _l("accounts: contacts changed"),
        "accounts.court_days_changed": _l("accounts: court days changed"),
        "accounts.deactivated": _l("accounts: deactivated"),
        "accounts.device_known": _l("accounts: device known"),
        "accounts.handed_over": _l("accounts: handed over"),
        "accounts.invitation_accepted": _l("accounts: invitation accepted"),
        "accounts.invitation_withdrawn": _l("accounts: invitation withdrawn"),
        "accounts.invited": _l("accounts: invited"),
        "accounts.language_chosen": _l("accounts: language chosen"),
        "accounts.languages_changed": _l("accounts: languages changed"),
        "accounts.locked_at_once": _l("accounts: locked at once"),
        "accounts.logo_changed": _l("accounts: logo changed"),
        "accounts.other_sessions_ended": _l("accounts: other sessions ended"),
        "accounts.outside_changed": _l("accounts: outside changed"),
        "accounts.paper_changed": _l("accounts: paper changed"),
        "accounts.passkey_added": _l("accounts: passkey added"),
        "accounts.passkey_confirmed": _l("accounts: passkey confirmed"),
        "accounts.passkey_refused": _l("accounts: passkey refused"),
        "accounts.passkey_removed": _l("accounts: passkey removed"),
        "accounts.passkey_renamed": _l("accounts: passkey renamed"),
        "accounts.password_changed": _l("accounts: password changed"),
        "accounts.password_confirmed": _l("accounts: password confirmed"),
        "accounts.password_link_made": _l("accounts: password link made"),
        "accounts.password_set": _l("accounts: password set"),
        "accounts.password_set_by_link": _l("accounts: password set by link"),
        "accounts.person_linked": _l("accounts: person linked"),
        "accounts.programme_changed": _l("accounts: programme changed"),
        "accounts.programme_set_up": _l("accounts: programme set up"),
        "accounts.reactivated": _l("accounts: reactivated"),
        "accounts.recovery_code_used": _l("accounts: recovery code used"),
        "accounts.recovery_codes_made": _l("accounts: recovery codes made"),
        "accounts.renamed": _l("accounts: renamed"),
        "accounts.reporting_changed": _l("accounts: reporting changed"),
        "accounts.request_agreed": _l("accounts: request agreed"),
        "accounts.request_declined": _l("accounts: request declined"),
        "accounts.request_link_made": _l("accounts: request link made"),
        "accounts.request_made": _l("accounts: request made"),
        "accounts.request_sent_back": _l("accounts: request sent back"),
        "accounts.request_withdrawn": _l("accounts: request withdrawn"),
        "accounts.retention_changed": _l("accounts: retention changed"),
        "accounts.roles_changed": _l("accounts: roles changed"),
        "accounts.seats_changed": _l("accounts: rules of seats changed"),
        "accounts.second_step_added": _l("accounts: second step added"),
        "accounts.second_step_removed": _l("accounts: second step removed"),
        "accounts.second_step_roles_chosen": _l("accounts: second step roles chosen"),
        "accounts.session_ended": _l("accounts: session ended"),
        "accounts.session_ended_for": _l("accounts: session ended for"),
        "accounts.sessions_ended_for": _l("accounts: sessions ended for"),
        "accounts.several_invited": _l("accounts: several invited"),
        "accounts.signed_in": _l("accounts: signed in"),
        "accounts.vouched_for": _l("accounts: vouched for"),
        "audit.mirror_started": _l("audit: mirror started"),
        "operations.backup_made": _l("operations: backup made"),
        "vault.closed": _l("vault: closed"),
        "vault.compartment_begun": _l("vault: compartment begun"),
        "vault.half_given_back": _l("vault: key given back"),
        "vault.identity_opened": _l("vault: identity opened"),
        "vault.key_added": _l("vault: key added"),
        "vault.key_altered": _l("vault: alarm, a key is not the one that was made"),
        "vault.keys_listed": _l("vault: keys listed"),
        "vault.keys_made": _l("vault: keys made"),
        "vault.member_let_in": _l("vault: member let in"),
        "vault.member_removed": _l("vault: member removed"),
        "vault.opened": _l("vault: opened"),
        "vault.passphrase_changed": _l("vault: passphrase changed"),
        "vault.recovered": _l("vault: recovered"),
        "vault.removal_asked": _l("vault: taking the last keys away asked"),
        "vault.removal_withdrawn": _l("vault: taking the last keys away withdrawn"),
        "vault.rotation_begun": _l("vault: rotation begun"),
        "vault.rotation_continued": _l("vault: rotation continued"),
        "vault.scrubbed": _l("vault: scrubbed"),
        "vault.unsealing_asked": _l("vault: unsealing asked"),
        "vault.unsealing_granted": _l("vault: unsealing granted"),
        "vault.unsealing_read": _l("vault: unsealing read"),
        "vault.unsealing_refused": _l("vault: unsealing refused"),
        "vault.words_compared": _l("vault: four words compared"),
    }
)


def _results_kept() -> Kept:
    chosen = retention()
    return Kept(chosen.span("job_results"), chosen.span("job_rows"))


def _set_up_line() -> str:
    code = new_setup_code()
    return f"This programme is empty. Its one-time set-up code: {code}" if code else ""


FEATURE = Feature(
    "accounts",
    modules=(views,),
    start=init_sessions,
    blueprints=(blueprint,),
    commands=(account_commands, set_up_code_command),
    words=WORDS,
    parts=(
        ACTION_WORDS,
        StartLine(_set_up_line),
        CHAPTERS,
        *TODAY,
        *FOUND,
        *LINES,
        AccountsKnown(
            accounts.names_of,
            accounts.tied_to,
            accounts.in_line_with,
            accounts.people_of,
            accounts.actors_that_may,
            accounts.tied_by_backer,
        ),
        AnswersKept(keep_answer),
        ResultsKept(_results_kept),
        Revocation("locking.end_all_sessions", _l("Signed out on every device"), end_all_sessions),
        Revocation(
            "locking.end_all_links",
            _l("One-time links and invitations stop working"),
            end_all_links,
        ),
        Revocation(
            "locking.end_all_requests",
            _l("Requests that wait for a second person are withdrawn"),
            end_all_requests,
        ),
        Revocation(
            "locking.forget_devices", _l("Passkeys and known devices are forgotten"), forget_devices
        ),
        Holding(
            "invitations",
            _l("Invitations that are still open"),
            count_invitations,
            pass_invitations_on,
            permission="accounts.manage",
            let_go=_l("Withdraw them"),
        ),
        JobKind("accounts.notice", send_notice, patient=True),
        Chore("delete_old_sessions", lambda: delete_old_sessions(utc_now()), minutes=60),
        Chore("forget_tries", forget_tries, minutes=10),
    ),
)
