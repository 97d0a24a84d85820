"""Browsers that an account is known by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from kash.accounts.models import BrowserMark
from kash.accounts.rules.throttle import MARK_TRIES_MOST
from kash.platform.database import db, utc_now


def known_mark(account_id: int, tokens: Collection[str]) -> BrowserMark | None:
    """The mark by which this account knows a browser again; `tokens` are hashes of its cookie.

    None if the account has none among them, or one that helps no longer. Marks of other accounts
    are worth nothing.
    """
    if not tokens:
        return None
    return db.session.scalar(
        select(BrowserMark)
        .where(
            BrowserMark.account_id == account_id,
            BrowserMark.token_hash.in_(tokens),
            BrowserMark.tries < MARK_TRIES_MOST,
            BrowserMark.expires_at > utc_now(),
        )
        .order_by(BrowserMark.id.desc())
        .limit(1)
    )


def known_browsers(account_id: int, now: datetime) -> Sequence[BrowserMark]:
    """All browsers that an account is known by, the last used first."""
    return db.session.scalars(
        select(BrowserMark)
        .where(BrowserMark.account_id == account_id, BrowserMark.expires_at > now)
        .order_by(BrowserMark.used_at.desc(), BrowserMark.id.desc())
    ).all()
