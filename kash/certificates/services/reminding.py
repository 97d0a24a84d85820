"""Reminders before certificates run out: to whoever runs the workshop, and to holders with an
account who may be contacted. A mail says no more than that something is due."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update

from kash.accounts.models import Account
from kash.accounts.queries import accounts as accounts_queries
from kash.accounts.queries.accounts import email_of
from kash.accounts.rules.sign_in_names import is_address
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.history import expires_by
from kash.certificates.rules.standing import reminder_due
from kash.people.queries.consents import consent_holds
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import Progress, enqueue
from kash.platform.messages import mail_is_set_up, send_mail
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.programme import brand, programme_languages
from kash.workshops.models import Facilitator

_MORNING_HOUR = 9
# So many certificates in one transaction.
_AT_ONCE = 1000


def remind_of_expiry(today: date) -> int:
    """Have those told whose certificates run out; how many mails are asked for.

    Each person gets one mail, however many certificates it is about. Bookkeeping, so it is not
    audited.
    """
    if not mail_is_set_up():
        return 0
    db.session.rollback()
    rows = db.session.execute(
        select(
            Certificate.id,
            Certificate.person_id,
            Certificate.expires_on,
            Certificate.reminded_on,
            CertificateBatch.workshop_id,
        )
        .join(Certificate.batch)
        .where(expires_by(today))
        .order_by(Certificate.expires_on, Certificate.id)
    ).all()
    due = [
        row
        for row in rows
        if row.expires_on is not None
        and reminder_due(today, expires_on=row.expires_on, reminded_on=row.reminded_on)
    ][:_AT_ONCE]
    if not due:
        db.session.rollback()
        return 0
    told = _staff({row.workshop_id for row in due}) | _holders({row.person_id for row in due})
    with writing() as session:
        done = session.execute(
            update(Certificate)
            .where(
                Certificate.id.in_([row.id for row in due]),
                Certificate.reminded_on.is_distinct_from(today),
            )
            .values(reminded_on=today)
            .execution_options(synchronize_session=False)
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            return 0
        for account in sorted(told):
            enqueue(session, "certificates.reminder", owner="system", title="", account=account)
    return len(told)


def _staff(workshops: set[int]) -> set[str]:
    """Accounts in use that run one of these workshops."""
    return set(
        db.session.scalars(
            select(Account.public_id)
            .join(Facilitator, Facilitator.account_id == Account.id)
            .where(Facilitator.workshop_id.in_(workshops), Account.active.is_(True))
        )
    )


def _holders(people: set[int]) -> set[str]:
    """Accounts in use of these people, of those whom nothing keeps from being contacted."""
    return set(
        db.session.scalars(
            select(Account.public_id).where(
                Account.person_id.in_(consent_holds(people, "contact")), Account.active.is_(True)
            )
        )
    )


def remind_in_the_morning() -> None:
    """Once a day, in the morning."""
    if to_local(utc_now()).hour == _MORNING_HOUR:
        remind_of_expiry(local_today())


def send_expiry_reminder(_progress: Progress, *, account: str) -> None:
    """Tell one person, in her language, nothing but that something is due. Raises MailFailed."""
    found = accounts_queries.account(account)
    if not is_address(email_of(found)):
        # Her own Today says it.
        return
    with force_locale(found.language or programme_languages()[0]):
        send_mail(email_of(found), brand(), _("Something is due. Sign in.") + "\n")
