"""Use of a token: counted against its limit, and on each day told once for each scope."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.api.models import ApiToken, ApiTokenScope
from kash.api.rules.limits import LeaseWindow, leased
from kash.api.scopes import Scope
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import audited
from kash.platform.web.formats import to_local


class TokenItself:
    """A token as an actor of the audit trail: it acts, in the name of whoever answers for it."""

    def __init__(self, public_id: str) -> None:
        self.public_id = public_id


def lease(token_id: int, public_id: str, scope: Scope) -> tuple[LeaseWindow, int]:
    """Take a lease of requests, and note the use; the first use of a scope on a day makes an entry.
    Returns the window and how many requests were granted, none if the limit is reached."""
    if scope.used and not _used_today(db.session(), token_id, scope, utc_now()):
        with audited(scope.used, TokenItself(public_id)) as change:
            found = _taken(change.session, token_id, scope, change.now)
            change.about(_connection_of(change.session, token_id))
            if not found[1]:
                change.nothing()
        return found
    with writing() as session:
        return _taken(session, token_id, scope, utc_now())


def _taken(session: Session, token_id: int, scope: Scope, now: datetime) -> tuple[LeaseWindow, int]:
    row = session.scalars(select(ApiToken).where(ApiToken.id == token_id).with_for_update()).one()
    before = None if row.window_at is None else LeaseWindow(row.window_at, row.window_leased)
    window, granted = leased(before, now)
    if granted:
        row.window_at, row.window_leased = window.began_at, window.leased
        used = session.get(ApiTokenScope, (token_id, scope.key))
        if used is not None:
            used.last_used_at = now
    return window, granted


def _used_today(session: Session, token_id: int, scope: Scope, now: datetime) -> bool:
    last = session.scalar(
        select(ApiTokenScope.last_used_at).where(
            ApiTokenScope.token_id == token_id, ApiTokenScope.scope == scope.key
        )
    )
    return last is not None and to_local(last).date() == to_local(now).date()


def _connection_of(session: Session, token_id: int) -> str:
    return session.get_one(ApiToken, token_id).connection.public_id
