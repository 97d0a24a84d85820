"""Passwords, one-time links and codes: made here, and kept only as hashes. Marks of browsers:
given at sign-in, forgotten by their owner, by a lock or a new password."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account, BrowserMark
from kash.accounts.rules import MARK_LASTS, MARKS_MOST, mark_helps
from kash.platform.vault import audited
from kash.platform.web.errors import get_or_404
from kash.policy import Actor

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# OWASP's figures for argon2id; the memory is held per sign-in, so it is not chosen higher.
_DEFAULTS = {"time_cost": 2, "memory_cost": 19456, "parallelism": 1}


def _hasher() -> PasswordHasher:
    options: dict[str, Any] = {**_DEFAULTS, **current_app.config.get("ARGON2", {})}
    return PasswordHasher(**options)


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher().hash(password)


def _nobodys_hash(hasher: PasswordHasher) -> str:
    def random(length: int) -> str:
        return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")

    return (
        f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
        f"${random(hasher.salt_len)}${random(hasher.hash_len)}"
    )


def password_matches(stored: str | None, password: str) -> bool:
    """True if a password is right. Takes one argon2 run, also when there is no stored hash."""
    hasher = _hasher()
    try:
        return hasher.verify(stored or _nobodys_hash(hasher), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def token_from(digest: str) -> str:
    """The token that a secret of 256 bits, in hexadecimal, makes: the same each time."""
    return base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def token_hash(token: str) -> str:
    """How a token is kept. It is random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code(groups: int = 4) -> str:
    """A code to type from paper, 20 bits in each group of four: `k3fx-09wm-…`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def code_as_read(code: str) -> str:
    """A typed code in its one form: what looks alike is the same, dashes and spaces are nothing."""
    plain = code.strip().lower().translate(str.maketrans("oil", "011"))
    return "".join(letter for letter in plain if letter in _ALPHABET)


def code_hash(code: str) -> str:
    """How a typed code is kept."""
    return token_hash(code_as_read(code))


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
    mark = next(
        (own_mark for own_mark in own if mark_helps(own_mark.tries, own_mark.expires_at, now)), None
    )
    for own_mark in own:
        if own_mark is not mark:
            session.delete(own_mark)
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
    marks = session.scalars(newest).all()
    session.execute(
        delete(BrowserMark).where(
            BrowserMark.account_id == account.id, BrowserMark.id.not_in(marks)
        )
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
        mark = get_or_404(
            change.session, BrowserMark, public_id, BrowserMark.account_id == by.account_id
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
