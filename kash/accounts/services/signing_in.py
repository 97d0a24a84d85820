"""Signing in: the throttle, the password, the second step, and the session that follows."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from kash.accounts.errors import WrongCode, WrongPassword, WrongSignIn
from kash.accounts.models import Account, RecoveryCode, SignedInSession
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import account_by_email, email_key
from kash.accounts.rules.accounts import SESSION_LONGEST, device_family
from kash.accounts.secrets import code_hash, new_token, password_matches, token_hash
from kash.accounts.services.accounts import locked_account
from kash.accounts.services.marks import mark_browser
from kash.accounts.services.notices import NEW_DEVICE, notify
from kash.accounts.services.second_step import matching_period
from kash.accounts.services.throttle import (
    Client,
    begin_try,
    forgive_try,
    remember_address,
)
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import audited, lookup
from kash.platform.web.programme import retention
from kash.policy import Actor


def check_password(email: str, password: str, client: Client) -> Account:
    """The account whose e-mail and password these are. Raises WrongSignIn, SignInPaused.

    argon2 runs exactly once, whether or not there is such an account.
    """
    key = email_key(email)
    account = account_by_email(email)
    tried = begin_try(key, client, account)
    account = account_by_email(email)
    right = password_matches(account.password_hash if account is not None else None, password)
    # A locked account is not told apart: whoever holds its phone must not learn of it.
    if not right or account is None or not account.active or account.paused_at is not None:
        raise WrongSignIn
    public_id = account.public_id
    forgive_try(tried)
    return accounts.account(public_id)


def check_second_step(public_id: str, code: str, client: Client) -> bool:
    """Take a code of the authenticator or a recovery code, each once.

    Whether it was a recovery code: then the phone may be lost. Raises WrongCode, SignInPaused.
    """
    account = accounts.account(public_id)
    tried = begin_try(lookup(public_id, kind="signin.code"), client, account)
    recovery = _spend_code(public_id, code, account.id)
    forgive_try(tried)
    return recovery


def _spend_code(public_id: str, code: str, account_id: int) -> bool:
    recovery = db.session.scalar(
        select(RecoveryCode.id).where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == code_hash(code),
            RecoveryCode.used_at.is_(None),
        )
    )
    if recovery is not None:
        with audited("accounts.recovery_code_used", Actor(public_id=public_id)) as change:
            spent = change.session.execute(
                update(RecoveryCode)
                .where(RecoveryCode.id == recovery, RecoveryCode.used_at.is_(None))
                .values(used_at=change.now)
            )
            if not spent.rowcount:  # type: ignore[attr-defined]
                raise WrongCode
            change.about(public_id)
        return True
    with writing() as session:
        account = locked_account(session, public_id)
        period = matching_period(account, code, utc_now())
        if period is None:
            raise WrongCode
        account.totp_period = period
    return False


def open_session(
    public_id: str,
    user_agent: str,
    client: Client | None = None,
    *,
    unfamiliar: bool = False,
    mark: str = "",
) -> str:
    """Begin a session for an account that has proved itself; returns the secret for the cookie.

    `unfamiliar` is a browser that the account has not used before: unless this is its first
    session at all, its owner is told, by e-mail and wherever else it is signed in. `mark` is the
    token by which the browser is known again from now on.
    """
    token = new_token()
    kept = retention().span("ended_sessions")
    with audited("accounts.signed_in", Actor(public_id=public_id)) as change:
        account = locked_account(change.session, public_id)
        if not account.active or account.paused_at is not None:
            raise WrongSignIn
        unfamiliar = unfamiliar and account.last_seen_at is not None
        account.last_seen_at = change.now
        row = SignedInSession(
            token_hash=token_hash(token),
            account_id=account.id,
            device=device_family(user_agent),
            created_at=change.now,
            last_seen_at=change.now,
            fresh_at=change.now,
            unfamiliar=unfamiliar,
        )
        change.session.add(row)
        if client is not None:
            remember_address(change.session, account, client, change.now)
        if unfamiliar:
            notify(change.session, account, NEW_DEVICE, change.now)
        change.session.execute(
            delete(SignedInSession).where(
                SignedInSession.account_id == account.id,
                SignedInSession.created_at < change.now - kept - SESSION_LONGEST,
            )
        )
        change.session.flush()
        if mark:
            mark_browser(
                change.session,
                account,
                mark,
                shown=client.marks if client is not None else (),
                device=row.device,
                session_id=row.public_id,
                now=change.now,
            )
        change.about(row.public_id)
    return token


def confirm_password(by: Actor, password: str, client: Client) -> None:
    """Take the password again before a dangerous action. Raises WrongPassword, SignInPaused."""
    account = accounts.account(by.public_id)
    tried = begin_try(account.email_lookup, client.of(by), account)
    account = accounts.account(by.public_id)
    if not password_matches(account.password_hash, password):
        raise WrongPassword
    forgive_try(tried)
    with audited("accounts.password_confirmed", by) as change:
        change.session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == by.session_id)
            .values(fresh_at=change.now)
        )
        change.about(by.session_id)
