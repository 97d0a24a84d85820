"""Looking, once a day and when somebody asks, whether the sender's domain is in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select

from kash.notices.models import SenderCheck
from kash.platform.database import db, utc_now, writing
from kash.platform.messages.sender_domain import Ask, SenderDomain, ask_dns, domain_of, look_up
from kash.platform.vault import audited
from kash.policy import Actor

_EVERY = timedelta(days=1)
# Of a check that somebody asked for.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def sender_domain() -> str:
    """The domain that mail is sent from, empty where nobody outside knows it."""
    return domain_of(current_app.config["SETTINGS"].mail_from)


def check_sender(ask: Ask = ask_dns) -> SenderDomain | None:
    """Ask for the records if that is due; what they are, or None. Nothing is asked while anybody
    waits for the database."""
    domain, now = sender_domain(), utc_now()
    kept = db.session.scalar(select(SenderCheck).where(SenderCheck.domain == domain))
    due = domain and (kept is None or kept.checked_at < now - _EVERY)
    db.session.rollback()
    if not due:
        return None
    found = look_up(domain, current_app.config["SETTINGS"].dkim_selector, ask)
    with writing() as session:
        session.execute(delete(SenderCheck))
        session.add(
            SenderCheck(
                id=1,
                domain=domain,
                spf=found.spf.value,
                dkim=found.dkim.value,
                dmarc=found.dmarc.value,
                checked_at=now,
            )
        )
    return found


def ask_for_check(*, by: Actor) -> None:
    """Have the worker look again within a minute."""
    with audited("notices.sender_asked", by) as change:
        kept = change.session.scalar(select(SenderCheck).with_for_update())
        if kept is not None:
            kept.checked_at = LONG_AGO
        change.about("settings")
