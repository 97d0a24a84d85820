"""Reminders: an hour in clear, of which nobody can tell what it is about, and a mail that says no
more than that something is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update

from kash.accounts.queries import accounts as accounts_queries
from kash.accounts.queries.accounts import email_of
from kash.accounts.rules.sign_in_names import is_address
from kash.incidents.models import Incident
from kash.incidents.queries.calendar import court_days
from kash.incidents.queries.officers import officers
from kash.incidents.rules.clocks import MORNING, clocks_of, remind_at, whole_hour
from kash.incidents.rules.dues import due_days
from kash.incidents.rules.record import Record
from kash.incidents.rules.workflow import OVER
from kash.platform.database import db, writing
from kash.platform.jobs import Progress, enqueue
from kash.platform.jobs.models import Job
from kash.platform.messages import mail_is_set_up, send_mail
from kash.platform.web.formats import to_local, zone
from kash.platform.web.programme import brand, programme_languages


def next_reminder(
    record: Record, state: str, now: datetime, *, newly: bool = False
) -> datetime | None:
    """The whole hour at which members are reminded of a case next; None if never.

    `newly`: it has only just come in. Asks the database only if a clock may run.
    """
    days = due_days(record)
    runs = any(one.arrested_at or one.exposed_at for one in record.persons)
    if state in OVER or not (days or runs):
        return None
    there = zone()
    clocks = clocks_of(record, there, court_days()) if runs else []
    return remind_at(clocks, days, now, there, newly=newly)


def next_morning(now: datetime) -> datetime:
    """The next eight o'clock of the programme's zone, after `now`, in UTC."""
    today = datetime.combine(to_local(now).date(), MORNING, tzinfo=zone()).astimezone(UTC)
    tomorrow = to_local(now).date() + timedelta(days=1)
    if today > now:
        return today
    return datetime.combine(tomorrow, MORNING, tzinfo=zone()).astimezone(UTC)


def _is_morning(now: datetime) -> bool:
    """True if nobody was told yet in the hour of the morning mail, which goes out every day."""
    begun = whole_hour(now)
    if to_local(begun).time() != MORNING:
        return False
    told = select(Job.id).where(Job.kind == "incidents.reminder", Job.created_at >= begun)
    return db.session.scalar(told.limit(1)) is None


def remind_members(now: datetime) -> int:
    """Clear the hours that have come and have members told, once however many those were; how
    many are told. Hours are whole, so that nobody gets more than one mail an hour. In the morning
    they are told every day, so that this mail does not say that a report came."""
    due = Incident.remind_at <= now
    morning = _is_morning(now)
    if not morning and db.session.scalar(select(Incident.id).where(due).limit(1)) is None:
        db.session.rollback()
        return 0
    with writing() as session:
        done = session.execute(
            update(Incident)
            .where(due)
            .values(remind_at=None)
            .execution_options(synchronize_session=False)
        )
        if not (morning or done.rowcount) or not mail_is_set_up():  # type: ignore[attr-defined]
            return 0
        told = [one for one in officers() if one.works or one.custodian]
        for one in told:
            enqueue(session, "incidents.reminder", owner="system", title="", account=one.public_id)
        return len(told)


def send_reminder(_progress: Progress, *, account: str) -> None:
    """Tell one member, in her language, nothing but that something is due. Raises MailFailed."""
    found = accounts_queries.account(account)
    if not is_address(email_of(found)):
        # Her own Today says it.
        return
    with force_locale(found.language or programme_languages()[0]):
        text = _("Sign in to see whether something waits.")
        send_mail(email_of(found), brand(), text + "\n")
