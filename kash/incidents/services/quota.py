"""Spending of the day's quota inside the transaction that files, and keeping it unreadable."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import FilingQuota
from kash.incidents.queries.quota import KIND, PLACE, spent_in, who_may_file
from kash.incidents.rules.quota import Spent, as_bytes, begin, joined, spend, spend_minute
from kash.platform.database import insertion
from kash.platform.vault import seal
from kash.platform.web.errors import Problem
from kash.platform.web.formats import to_local
from kash.policy import Actor

_DICE = secrets.SystemRandom()


class TooManyReports(Problem):
    """The account's circle has no token left for today."""

    status = 429
    sentence = _l(
        "So many reports were begun today that no new one is taken before tomorrow. If somebody is"
        " held or in danger now, say so: that is always taken. Otherwise call somebody at the"
        " programme, or use paper."
    )


class WaitAMinute(Problem):
    """Beyond the day's tokens others that cannot wait were begun in this minute."""

    status = 429
    sentence = _l("Very many reports came in this minute. Send this one in a minute.")


def spend_token(session: Session, by: Actor, now: datetime, *, urgent: bool = False) -> bool:
    """Spend one token of the day for a report that is begun.

    What is urgent is taken beyond them, a few in a minute; False then. Raises TooManyReports and
    WaitAMinute.
    """
    row, spent = _locked(session, now, by.public_id)
    after = spend(spent, by.public_id)
    within = after is not None
    if after is None and urgent:
        after = spend_minute(spent, by.public_id, int(now.timestamp()) // 60)
        if after is None:
            raise WaitAMinute
    if after is None:
        raise TooManyReports
    _put(session, row, after)
    return within


def tend_quota(session: Session, now: datetime) -> None:
    """Seal what was spent today anew, and forget what was spent before."""
    row, spent = _locked(session, now)
    _put(session, row, spent)


def _locked(session: Session, now: datetime, *besides: str) -> tuple[FilingQuota, Spent]:
    found = select(FilingQuota).with_for_update().execution_options(populate_existing=True)
    row = session.scalar(found)
    if row is None:
        session.execute(
            insertion(session, FilingQuota).values(id=1, body=b"").on_conflict_do_nothing()
        )
        row = session.scalars(found).one()
    today, everybody = to_local(now).date(), {*who_may_file(session), *besides}
    spent = spent_in(row.body)
    if spent is None or spent.day != today:
        return row, begin(today, spent.circles if spent else (), everybody, _DICE)
    return row, joined(spent, everybody)


def _put(session: Session, row: FilingQuota, spent: Spent) -> None:
    row.body = seal(as_bytes(spent), kind=KIND, public_id=PLACE)
    session.flush()
