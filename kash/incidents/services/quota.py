"""Spending of the day's quota inside the transaction that files, and keeping it unreadable."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import FilingQuota
from kash.incidents.queries.quota import KIND, PLACE, spent_in, who_may_file
from kash.incidents.rules.quota import Spent, as_bytes, begin, spend, spend_minute
from kash.platform.database import insertion
from kash.platform.vault import seal
from kash.platform.web.errors import Problem
from kash.platform.web.formats import to_local
from kash.policy import Actor

_DICE = secrets.SystemRandom()


class TooManyReports(Problem):
    """The account has no token left for today."""

    status = 429
    sentence = _l(
        "So many reports came from this account today that no more is taken before tomorrow. What"
        " you answered so far is kept. If somebody is held or in danger now, say so: that is always"
        " taken. Otherwise call somebody at the programme, or use paper."
    )


class WaitAMinute(Problem):
    """Beyond the day's tokens something that cannot wait was sent less than a minute ago."""

    status = 429
    sentence = _l("Very many reports came from this account today. Send this one in a minute.")


def spend_token(
    session: Session, by: Actor, kind: str, now: datetime, *, urgent: bool = False
) -> bool:
    """Spend one of an account's tokens of the day; `kind` is one of `rules.quota.TOKENS`.

    What is urgent is taken beyond them, one a minute; False then. Raises TooManyReports and
    WaitAMinute.
    """
    row, spent = _locked(session, now)
    everybody = who_may_file(session)
    after = spend(spent, by.public_id, everybody, kind, _DICE)
    within = after is not None
    if after is None and urgent:
        minute = int(now.timestamp()) // 60
        after = spend_minute(spent, by.public_id, everybody, kind, minute, _DICE)
        if after is None:
            raise WaitAMinute
    if after is None:
        raise TooManyReports
    _put(session, row, after)
    return within


def tend_quota(session: Session, now: datetime) -> None:
    """Seal what was spent today anew, and forget what was spent before, with its key."""
    row, spent = _locked(session, now)
    _put(session, row, spent)


def _locked(session: Session, now: datetime) -> tuple[FilingQuota, Spent]:
    found = select(FilingQuota).with_for_update().execution_options(populate_existing=True)
    row = session.scalar(found)
    if row is None:
        session.execute(
            insertion(session, FilingQuota).values(id=1, body=b"").on_conflict_do_nothing()
        )
        row = session.scalars(found).one()
    today = to_local(now).date()
    spent = spent_in(row.body, today)
    return row, spent or begin(today, secrets.token_hex(32), who_may_file(session), _DICE)


def _put(session: Session, row: FilingQuota, spent: Spent) -> None:
    row.body = seal(as_bytes(spent), kind=KIND, public_id=PLACE)
    session.flush()
