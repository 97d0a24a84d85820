"""Alerts: a mail "Sign in" to the officer on duty when somebody is held, and in drills. Nothing
says why: not the mail, not the row, not the log. Ways to reach somebody are asked one after the
other by `tell`; a gateway for SMS is one more of them. Setting the contact outside the programme:
one proposes it, another agrees."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.accounts.models import STANDING_SENTENCES, Account
from kash.accounts.queries.accounts import email_of
from kash.accounts.services.accounts import change_settings
from kash.incidents.models import Alert, OfficerDuty, OfficerDutyHours
from kash.incidents.queries import letterbox as queries
from kash.incidents.queries.officers import HOLDS, PROPOSED, SETTINGS, proposed_contacts, standings
from kash.incidents.rules.mediation import Contact
from kash.incidents.rules.totals import (
    LASTS,
    MINUTES_OF_WEEK,
    in_order,
    is_drill,
    is_in_time,
    steps,
    steps_due,
)
from kash.people.rules.directory import Stretch, minute_of_week, overlap
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now, without_order, writing
from kash.platform.messages import MailFailed, mail_is_set_up, send_mail
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.programme import programme_languages
from kash.policy import Actor

_log = structlog.get_logger("kash.incidents")
_KEPT = timedelta(weeks=53)


# --- Ways to reach somebody -------------------------------------------------------------------


def _by_mail(account: Account, text: str) -> bool:
    if not mail_is_set_up():
        return False
    try:
        send_mail(email_of(account), text, text + "\n")
    except MailFailed:
        return False
    return True


# Each tells one account a text, and whether that went out.
WAYS: list[Callable[[Account, str], bool]] = [_by_mail]


def tell(account: Account) -> bool:
    """Have somebody sign in, in her language, and say nothing else; whether it went out."""
    with force_locale(account.language or programme_languages()[0]):
        text = _("Sign in")
    return sum(way(account, text) for way in WAYS) > 0


def can_tell() -> bool:
    """True if anybody can be reached at all."""
    return mail_is_set_up()


# --- Raising ------------------------------------------------------------------------------------


def raise_alert(session: Session, now: datetime) -> None:
    """Add an alert inside the transaction of whatever it is about, which it does not name."""
    monday = to_local(now).date()
    alert = Alert(
        week=monday - timedelta(days=monday.weekday()),
        raised_at=now.replace(second=0, microsecond=0),
    )
    session.add(alert)
    session.flush()
    without_order(session, Alert, alert.id)


def drill(now: datetime) -> bool:
    """Raise an alert if the dice say so in this minute; whether they did. Which minutes those are
    stands nowhere, before or after."""
    if not is_drill(queries.drills_a_week(), secrets.randbelow(MINUTES_OF_WEEK)):
        return False
    with writing() as session:
        raise_alert(session, now)
    return True


# --- Telling ------------------------------------------------------------------------------------


def tell_officers(now: datetime) -> int:
    """Tell the person who is next of each alert at which nobody looked yet; how many were told.

    The order is that of the minute in which it was raised. A step that reaches no officer is passed
    over at once; if none reaches anybody, it is tried again in the next minute."""
    waiting = queries.open_alerts()
    if not waiting:
        # A reader who stays would hold up the person who files.
        db.session.rollback()
        return 0
    roster, keepers = queries.roster(), queries.custodians()
    accounts = queries.accounts_named({*(officer.account for officer in roster), *keepers})
    reached: set[str] = set()
    on_roster = {officer.account for officer in roster}

    def reach(public_id: str) -> bool:
        if public_id not in reached and public_id in accounts and tell(accounts[public_id]):
            reached.add(public_id)
        return public_id in reached

    taken: dict[int, int] = {}
    for number, raised_at, told in waiting:
        plan = steps(in_order(roster, minute_of_week(to_local(raised_at))), keepers)
        due = steps_due(raised_at, now)
        for step in range(told, len(plan)):
            if step >= due:
                break
            told_now = {account for account in plan[step] if reach(account)}
            if told_now:
                taken[number] = step + 1
            if not told_now & on_roster:
                due += 1
    for number, step in taken.items():
        _note_told(number, step)
    return len(reached)


def _note_told(number: int, told: int) -> None:
    with writing() as session:
        session.execute(
            update(Alert)
            .where(Alert.id == number)
            .values(told=told)
            .execution_options(synchronize_session=False)
        )


# --- Looking ------------------------------------------------------------------------------------


def note_look(waiting: Sequence[tuple[int, datetime, int]], now: datetime) -> None:
    """Somebody who works on cases saw all of which these alerts are (`queries.open_alerts`, read
    before the cases were): they are over. Nothing is kept of who looked, and at what."""
    if not waiting:
        return
    with writing() as session:
        for number, raised_at, _told in waiting:
            _end(session, number, in_time=is_in_time(raised_at, now))


def end_old_alerts(now: datetime) -> None:
    """End alerts at which nobody looked for a day, and forget those of last year."""
    old = [number for number, at, _told in queries.open_alerts() if now - at >= LASTS]
    forgotten = Alert.week < to_local(now).date() - _KEPT
    if not old and db.session.scalar(select(Alert.id).where(forgotten).limit(1)) is None:
        return
    with writing() as session:
        for number in old:
            _end(session, number, in_time=False)
        session.execute(delete(Alert).where(forgotten).execution_options(synchronize_session=False))


def _end(session: Session, number: int, *, in_time: bool) -> None:
    session.execute(
        update(Alert)
        .where(Alert.id == number, Alert.raised_at.is_not(None))
        .values(raised_at=None, in_time=in_time)
        .execution_options(synchronize_session=False)
    )


def alert_officers() -> None:
    now = utc_now()
    drill(now)
    end_old_alerts(now)
    tell_officers(now)


# --- The roster -----------------------------------------------------------------------------------


def set_duty(
    by: Actor, account: str, *, position: int, hours: Sequence[Stretch], active: bool
) -> None:
    """Set an officer's place, hours (none: always) and whether she is there. Raises NotFound, and
    ValueError if hours overlap."""
    if overlap(hours):
        raise ValueError("hours overlap")
    queries.on_roster(account)
    with audited("incidents.roster_changed", by) as change:
        session = change.session
        number = one_or_404(session.scalar(select(Account.id).where(Account.public_id == account)))
        duty = session.scalar(
            select(OfficerDuty).where(OfficerDuty.account_id == number).with_for_update()
        )
        if duty is None:
            duty = OfficerDuty(account_id=number)
            session.add(duty)
        duty.position, duty.active = position, active
        duty.hours = [
            OfficerDutyHours(opens=stretch.opens, closes=stretch.closes) for stretch in hours
        ]
        session.flush()
        change.about(account)


def set_drills(by: Actor, drills: int) -> None:
    """Set how many drills come in a week, on average."""
    change_settings(by, "alerts", queries.SETTINGS, {queries.DRILLS: drills})


def why_another(standing: Standing) -> Any:
    """Why somebody else agrees to a contact, said to the person who stands so; empty if she may."""
    if standing is Standing.ASKED:
        return _l("Another person agrees to it: a director or a custodian who did not propose it.")
    return STANDING_SENTENCES.get(standing, "")


def propose_contact(by: Actor, name: str, reach: str) -> None:
    """Propose a contact, in place of what this person proposed before and of nothing that another
    did: a person who might be complained of must not keep others from agreeing. What holds goes on
    holding until then."""
    proposed = Contact(name, reach, by.public_id)
    change_settings(by, "outside", SETTINGS, {f"{PROPOSED}:{by.public_id}": proposed.as_kept()})


def agree_to_contact(by: Actor, digest: str) -> None:
    """Agree to exactly what was shown; it holds from now on, and nothing else waits. Raises
    Problem if another is proposed, or somebody else agrees to it."""
    waiting = proposed_contacts()
    proposed = next((contact for contact in waiting.values() if contact.digest == digest), None)
    if proposed is None:
        raise Problem(_l("Something else is proposed now. Look at it again."))
    stands = standings(by, [proposed]).get(digest, Standing.TIED)
    if stands is not Standing.MAY:
        raise Problem(str(why_another(stands)))
    over: dict[str, dict[str, str]] = {name: {} for name in waiting}
    change_settings(by, "outside", SETTINGS, {**over, HOLDS: proposed.as_kept()})
