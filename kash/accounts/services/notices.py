"""What an account is told by e-mail about itself; neutral, without addresses or places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.accounts import queries
from kash.accounts.models import Account
from kash.jobs import enqueue, job
from kash.jobs.progress import Progress
from kash.messages import mail_is_set_up, send_mail
from kash.web.programme import brand, programme_languages

NEW_DEVICE, PASSKEY_ADDED, RESET_ASKED, RESET_DONE = (
    "new_device",
    "passkey_added",
    "reset_asked",
    "reset_done",
)
_TEXTS: dict[str, Any] = {
    NEW_DEVICE: _l(
        "On %(when)s a device that you had not used before signed in with your account. If it was"
        " you, there is nothing to do. If not, sign in, end that session on the page of your"
        " account and change your password."
    ),
    PASSKEY_ADDED: _l(
        "On %(when)s a passkey was added to your account. If it was you, there is nothing to do. If"
        " not, sign in, remove it on the page of your account and change your password."
    ),
    RESET_ASKED: _l(
        "On %(when)s an administrator asked to remove the second step of your account. A second"
        " person has to agree. If you did not ask for it, tell them at once."
    ),
    RESET_DONE: _l(
        "On %(when)s the second step of your account was removed, and you were signed out"
        " everywhere. Sign in and set up a new one. If you did not ask for it, tell an"
        " administrator at once."
    ),
}


def notify(session: Session, account: Account, kind: str, at: datetime) -> None:
    """Have an account told, once the caller's transaction is durable."""
    if mail_is_set_up():
        enqueue(
            session,
            "accounts.notice",
            owner="system",
            title="",
            account=account.public_id,
            what=kind,
            at=at.isoformat(),
        )


@job("accounts.notice")
def send_notice(_progress: Progress, *, account: str, what: str, at: str) -> None:
    """Send a notice in the account's own language. Raises MailFailed."""
    found = queries.account(account)
    with force_locale(found.language or programme_languages()[0]):
        when = format_datetime(datetime.fromisoformat(at), "d MMMM y, HH:mm")
        subject = _("Your access to %(name)s", name=brand())
        text = str(_TEXTS[what]) % {"when": when}
    send_mail(queries.email_of(found), subject, text + "\n")
