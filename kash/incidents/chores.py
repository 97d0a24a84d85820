"""Chores of this room, which the worker does by itself and without any key."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from kash.accounts.models import Account
from kash.accounts.queries.accounts import email_of
from kash.incidents.models import MediationBrief
from kash.incidents.rules.mediation import TOLD_AT
from kash.incidents.services.brief_endings import shred_old_notes
from kash.platform.database import db, utc_now, writing
from kash.platform.messages import MailFailed, mail_is_set_up, send_mail
from kash.platform.web.formats import to_local
from kash.platform.web.programme import brand, programme_languages


def shred_notes() -> None:
    with writing() as session:
        shred_old_notes(session, utc_now())


def tell_who_is_asked() -> None:
    """Three times a day, and not when something is asked: a mail must not tell when that was."""
    now = utc_now()
    if to_local(now).hour not in TOLD_AT or not mail_is_set_up():
        return
    waiting = db.session.scalars(
        select(Account)
        .join(MediationBrief, MediationBrief.account_id == Account.id)
        .where(
            MediationBrief.state == "open",
            MediationBrief.runs_out_at > now,
            Account.active.is_(True),
        )
        .distinct()
        .order_by(Account.id)
    ).all()
    for account in waiting:
        with force_locale(account.language or programme_languages()[0]):
            try:
                send_mail(
                    email_of(account),
                    _("Something waits for you at %(name)s", name=brand()),
                    _("Sign in to read what it is.") + "\n",
                )
            except MailFailed:
                continue
