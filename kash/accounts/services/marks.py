"""Marks of browsers: given at sign-in, forgotten by their owner, by a lock or a new password."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account, BrowserMark
from kash.accounts.rules.throttle import MARK_LASTS, MARKS_MOST, mark_helps
from kash.accounts.secrets import token_hash
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


def mark_browser(
    session: Session,
    account: Account,
    token: str,
    *,
    shown: Collection[str],
    device: str,
    session_id: str,
    now: datetime,
) -> None:
    """Know a browser again by this token, inside the caller's transaction.

    `shown` are the hashes that it came with: a mark of this account among them takes the new token,
    so that a copy of the old cookie is worth nothing. No other account's mark is touched.
    """
    own = session.scalars(
        select(BrowserMark)
        .where(BrowserMark.account_id == account.id, BrowserMark.token_hash.in_(shown))
        .order_by(BrowserMark.id.desc())
        .with_for_update()
    ).all()
    mark = next((one for one in own if mark_helps(one.tries, one.expires_at, now)), None)
    for one in own:
        if one is not mark:
            session.delete(one)
    if mark is None:
        mark = BrowserMark(account_id=account.id, created_at=now)
        session.add(mark)
    mark.token_hash, mark.device, mark.session_id = token_hash(token), device, session_id
    mark.tries, mark.used_at, mark.expires_at = 0, now, now + MARK_LASTS
    session.flush()
    newest = (
        select(BrowserMark.id)
        .where(BrowserMark.account_id == account.id)
        .order_by(BrowserMark.used_at.desc(), BrowserMark.id.desc())
        .limit(MARKS_MOST)
    )
    kept = session.scalars(newest).all()
    session.execute(
        delete(BrowserMark).where(BrowserMark.account_id == account.id, BrowserMark.id.not_in(kept))
    )


def forget_marks(session: Session, account_id: int, *, of_session: str = "") -> None:
    """Forget an account's browsers inside the caller's transaction, all or those of one session."""
    gone = delete(BrowserMark).where(BrowserMark.account_id == account_id)
    if of_session:
        gone = gone.where(BrowserMark.session_id == of_session)
    session.execute(gone)


def forget_browser(by: Actor, public_id: str) -> None:
    """Forget one of the actor's own browsers. Raises NotFound."""
    with audited("accounts.browser_forgotten", by) as change:
        mark = one_or_404(
            change.session.scalar(
                select(BrowserMark).where(
                    BrowserMark.public_id == public_id, BrowserMark.account_id == by.account_id
                )
            )
        )
        change.session.delete(mark)
        change.about(by.public_id, public_id)


def forget_browsers(by: Actor) -> None:
    """Forget all of the actor's own browsers, the present one too."""
    if by.account_id is None:
        return
    with audited("accounts.browsers_forgotten", by) as change:
        forget_marks(change.session, by.account_id)
        change.about(by.public_id)
