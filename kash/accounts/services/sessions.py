"""Where accounts are signed in: ended, answered for, and what was typed there kept for a while."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select, update

from kash.accounts.endings import sessions_ended
from kash.accounts.models import Account, SignedInSession
from kash.accounts.services.accounts import end_sessions, locked_account
from kash.accounts.services.marks import forget_marks
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import SealError, audited, open_text, seal
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor

FORM_KEPT_FOR = timedelta(minutes=15)
_LONGEST_FORM = 200_000

Fields = list[tuple[str, str]]


def end_session(by: Actor, session_id: str) -> None:
    """End one of the actor's own sessions. Raises NotFound."""
    with audited("accounts.session_ended", by) as change:
        row = one_or_404(
            change.session.scalar(
                select(SignedInSession).where(
                    SignedInSession.public_id == session_id,
                    SignedInSession.account_id == by.account_id,
                )
            )
        )
        if row.ended_at is not None:
            change.nothing()
            return
        row.ended_at = change.now
        row.kept_form = None
        sessions_ended(change.session, [session_id])
        change.about(session_id)


def end_other_sessions(by: Actor) -> None:
    """End all of the actor's sessions but the present one."""
    if by.account_id is None:
        return
    with audited("accounts.other_sessions_ended", by) as change:
        end_sessions(change.session, by.account_id, excluding=by.session_id)
        change.about(by.public_id)


def end_session_of(by: Actor, public_id: str, session_id: str) -> None:
    """End one session of another account. Raises NotFound."""
    with audited("accounts.session_ended_for", by) as change:
        row = one_or_404(
            change.session.scalar(
                select(SignedInSession)
                .join(Account, Account.id == SignedInSession.account_id)
                .where(SignedInSession.public_id == session_id, Account.public_id == public_id)
            )
        )
        if row.ended_at is not None:
            change.nothing()
            return
        row.ended_at = change.now
        row.kept_form = None
        sessions_ended(change.session, [session_id])
        change.about(public_id, session_id)


def end_sessions_of(by: Actor, public_id: str) -> None:
    """End every session of an account, but the actor's present one. Raises NotFound."""
    with audited("accounts.sessions_ended_for", by) as change:
        account = locked_account(change.session, public_id)
        end_sessions(change.session, account.id, excluding=by.session_id)
        change.about(public_id)


def answer_for_device(by: Actor, session_id: str, *, mine: bool) -> None:
    """Say whether a new device is one's own; if not, its session ends. Raises NotFound.

    A new device does not answer for itself, nor for another one before it was answered for.
    """
    with audited("accounts.device_known" if mine else "accounts.device_refused", by) as change:
        own = select(SignedInSession).where(SignedInSession.account_id == by.account_id)
        asked = change.session.scalar(
            own.where(
                SignedInSession.public_id == session_id, SignedInSession.unfamiliar.is_(True)
            ).with_for_update()
        )
        present = change.session.scalar(own.where(SignedInSession.public_id == by.session_id))
        if asked is None or present is None or asked.id == present.id:
            raise NotFound
        if present.unfamiliar and present.answered_at is None:
            raise NotFound
        if asked.answered_at is not None:
            change.nothing()
            return
        asked.answered_at = change.now
        if not mine and asked.ended_at is None:
            asked.ended_at = change.now
            asked.kept_form = None
            sessions_ended(change.session, [session_id])
        if not mine:
            # Nor is its browser known any more.
            forget_marks(change.session, asked.account_id, of_session=session_id)
        change.about(session_id)


def keep_form(by: Actor, address: str, fields: Fields) -> bool:
    """Keep what was posted to an address until the actor has confirmed who she is.

    Sealed, in her session's row, the last one only. Whether it was kept: not if it is very long.
    """
    text = json.dumps([address, fields])
    if len(text) > _LONGEST_FORM:
        return False
    kept = seal(text, kind="session.form", public_id=by.session_id)
    with writing() as session:
        session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == by.session_id)
            .values(kept_form=kept, kept_at=utc_now())
        )
    return True


def kept_form(by: Actor) -> tuple[str, Fields] | None:
    """Where what was kept was going, and its fields in their order."""
    row = db.session.execute(
        select(SignedInSession.kept_form).where(
            SignedInSession.public_id == by.session_id,
            SignedInSession.kept_form.is_not(None),
            SignedInSession.kept_at > utc_now() - FORM_KEPT_FOR,
        )
    ).one_or_none()
    if row is None:
        return None
    try:
        text = open_text(row.kept_form, kind="session.form", public_id=by.session_id)
    except SealError:
        return None
    address, fields = json.loads(text)
    return address, [(name, value) for name, value in fields]
