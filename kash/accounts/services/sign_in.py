"""Password links: a new password by a one-time link, which somebody else has made. The second step
of signing in: a code from an authenticator, or one from paper. Where accounts are signed in:
ended, answered for, and what was typed there kept for a while. Signing in: the throttle, the
password, the second step, and the session that follows."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.accounts import errors
from kash.accounts import rules as accounts_rules
from kash.accounts.models import Account, Invitation, RecoveryCode, SignedInSession, sessions_ended
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import account_by_email, email_key, email_of, roles_of
from kash.accounts.services import invitations, notices
from kash.accounts.services.accounts import check_new_password, end_sessions, locked_account
from kash.accounts.services.marks import (
    code_hash,
    forget_marks,
    hash_password,
    mark_browser,
    new_code,
    new_token,
    password_matches,
    token_hash,
)
from kash.accounts.services.throttle import Client, begin_try, forgive_try, remember_address
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.vault import Change, SealError, audited, lookup, open_text, seal
from kash.platform.web.errors import NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.programme import retention
from kash.policy import Actor


def new_password_link(by: Actor, public_id: str) -> str:
    """A one-time link with which an account sets a new password; an older one is void.

    Its owner is told, and the person who makes it alone stands behind the account from now on: she
    could use it herself. Raises NotFound, Problem and NeedsSecond for who holds a powerful role, or
    has no second step that the link leaves closed.
    """
    with audited("accounts.password_link_made", by) as change:
        account = locked_account(change.session, public_id)
        if not account.active:
            raise NotFound
        second_step = account.has_second_step
        needed = accounts_rules.takes_two(
            accounts_rules.RequestKind.LINK, roles_of(account), second_step=second_step
        )
        if needed and not notices.is_operator(by):
            raise errors.NeedsSecond
        if not by.may("accounts.manage"):
            raise errors.only_administrators()
        notices.stand_behind(change.session, account.id, by.public_id, change.now)
        token = offer_password(change, account, by.public_id)
        change.about(public_id)
    return token


def offer_password(
    change: Change,
    account: Account,
    by: str,
    *,
    request_id: str = "",
    code: str = "",
    token: str = "",
) -> str:
    """Make the link inside the caller's transaction and tell the owner; its secret, a new one if
    none is given."""
    token, link_id = token or new_token(), new_public_id()
    email = email_of(account)
    change.session.execute(
        delete(Invitation).where(Invitation.account_id == account.id, Invitation.used_at.is_(None))
    )
    change.session.add(
        Invitation(
            public_id=link_id,
            token_hash=token_hash(token),
            name=account.name,
            email_sealed=seal(email, kind="invitation.email", public_id=link_id),
            email_lookup=account.email_lookup,
            roles=[],
            account_id=account.id,
            invited_by=by,
            brought_by=by,
            request_id=request_id,
            code_hash=code_hash(code) if code else "",
            created_at=change.now,
            expires_at=change.now + accounts_rules.INVITATION_LASTS,
        )
    )
    notices.notify(change.session, account, notices.LINK_MADE, change.now)
    return token


def accept_new_password(token: str, password: str, *, code: str = "") -> None:
    """Set the password that a link allows to set; all sessions end, and the owner is told.

    The second step stays as it is: the link alone opens nothing. `code` is what the second person
    told, if one agreed to it. Raises LinkUsed, LinkSpent, WeakPassword, Problem and TooManyTries.
    """
    offered = invitations.offered_by(token, password=True)
    check_new_password(password, offered.name, invitations.invited_email(offered).partition("@")[0])
    invitations.check_spoken_code(offered, code)
    hashed = hash_password(password)
    public_id = invitations.public_id_of(offered.account_id)
    with audited("accounts.password_set_by_link", Actor(public_id=public_id)) as change:
        invitation = invitations.spend_invitation(change.session, token, change.now)
        account = locked_account(change.session, public_id)
        if not account.active:
            raise errors.LinkSpent
        invitations.refuse_alone(invitation, roles_of(account), second_step=account.has_second_step)
        account.password_hash = hashed
        account.password_changed_at = change.now
        account.paused_at = None
        notices.unsettle(account, invitation.brought_by, change.now)
        end_sessions(change.session, account.id)
        forget_marks(change.session, account.id)
        notices.notify(change.session, account, notices.PASSWORD_SET, change.now)
        change.about(public_id)


_PERIOD = 30
# A phone's clock may be half a minute off, either way.
_DRIFT = (0, -1, 1)


def begin_second_step(account: Account) -> tuple[str, str]:
    """A new secret, and the address that the authenticator reads from a QR code. Stores nothing.

    The label shows neither name nor e-mail: it stays in the list of an app on the phone.
    """
    secret = pyotp.random_base32()
    return secret, second_step_address(secret)


def second_step_address(secret: str) -> str:
    """Address that the QR code of a secret holds."""
    programme = accounts.programme()
    issuer = programme.neutral_name if programme is not None else "Programme"
    return pyotp.TOTP(s=secret).provisioning_uri(name="sign-in", issuer_name=issuer)


def _period_of(secret: str, code: str, now: datetime, last: int) -> int | None:
    plain = "".join(code.split())
    if len(plain) != 6 or not (plain.isascii() and plain.isdigit()):
        return None
    totp = pyotp.TOTP(s=secret)
    present = int(now.timestamp()) // _PERIOD
    for drift in _DRIFT:
        period = present + drift
        if period > last and hmac.compare_digest(totp.at(for_time=period * _PERIOD), plain):
            return period
    return None


def matching_period(account: Account, code: str, now: datetime) -> int | None:
    """For which period of thirty seconds a code is right and was not taken before, or None."""
    if account.totp_sealed is None:
        return None
    secret = open_text(account.totp_sealed, kind="account.totp", public_id=account.public_id)
    return _period_of(secret, code, now, account.totp_period)


def fresh_codes() -> list[str]:
    """New recovery codes, kept nowhere yet."""
    return [new_code() for _ in range(accounts_rules.RECOVERY_CODES)]


def replace_codes(session: Session, account_id: int, codes: Iterable[str]) -> None:
    """Let these be an account's recovery codes, inside the caller's transaction."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=code_hash(code)) for code in codes
    )


def confirm_second_step(by: Actor, secret: str, code: str) -> list[str]:
    """Turn the second step on, once a code shows that the phone has the secret.

    Returns the recovery codes, which are shown this once; the owner is told by mail, as it may be
    somebody else who has the password and the screen. Raises Problem.
    """
    period = _period_of(secret, code, utc_now(), 0)
    if period is None:
        raise Problem(errors.WRONG_CODE, field="code", status=422)
    codes = fresh_codes()
    with audited("accounts.second_step_added", by) as change:
        account = locked_account(change.session, by.public_id)
        account.totp_sealed = seal(secret, kind="account.totp", public_id=account.public_id)
        account.totp_period = period
        replace_codes(change.session, account.id, codes)
        notices.notify(change.session, account, notices.SECOND_STEP_SET, change.now)
        change.about(by.public_id)
    return codes


def new_recovery_codes(by: Actor) -> list[str]:
    """Recovery codes in place of the old ones. Raises Problem."""
    codes = fresh_codes()
    with audited("accounts.recovery_codes_made", by) as change:
        account = locked_account(change.session, by.public_id)
        if not account.has_second_step:
            raise Problem(errors.SECOND_STEP_MISSING, field="")
        replace_codes(change.session, account.id, codes)
        notices.notify(change.session, account, notices.CODES_MADE, change.now)
        change.about(by.public_id)
    return codes


FORM_KEPT_FOR = timedelta(minutes=15)
_LONGEST_FORM = 200_000

Fields = list[tuple[str, str]]


def end_session(by: Actor, session_id: str) -> None:
    """End one of the actor's own sessions. Raises NotFound."""
    with audited("accounts.session_ended", by) as change:
        signed_in_session = get_or_404(
            change.session, SignedInSession, session_id, SignedInSession.account_id == by.account_id
        )
        if signed_in_session.ended_at is not None:
            change.nothing()
            return
        signed_in_session.ended_at = change.now
        signed_in_session.kept_form = None
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
        signed_in_session = one_or_404(
            change.session.scalar(
                select(SignedInSession)
                .join(Account, Account.id == SignedInSession.account_id)
                .where(SignedInSession.public_id == session_id, Account.public_id == public_id)
            )
        )
        if signed_in_session.ended_at is not None:
            change.nothing()
            return
        signed_in_session.ended_at = change.now
        signed_in_session.kept_form = None
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
        pending = change.session.scalar(
            own.where(
                SignedInSession.public_id == session_id, SignedInSession.unfamiliar.is_(True)
            ).with_for_update()
        )
        present = change.session.scalar(own.where(SignedInSession.public_id == by.session_id))
        if pending is None or present is None or pending.id == present.id:
            raise NotFound
        if present.unfamiliar and present.answered_at is None:
            raise NotFound
        if pending.answered_at is not None:
            change.nothing()
            return
        pending.answered_at = change.now
        if not mine and pending.ended_at is None:
            pending.ended_at = change.now
            pending.kept_form = None
            sessions_ended(change.session, [session_id])
        if not mine:
            # Nor is its browser known any more.
            forget_marks(change.session, pending.account_id, of_session=session_id)
        change.about(session_id)


def keep_form(by: Actor, address: str, fields: Fields) -> bool:
    """Keep what was posted to an address until the actor has confirmed who she is.

    Sealed, in her session's row, the last one only. Whether it was kept: not if it is very long.
    """
    text = json.dumps([address, fields])
    if len(text) > _LONGEST_FORM:
        return False
    sealed = seal(text, kind="session.form", public_id=by.session_id)
    with writing() as session:
        session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == by.session_id)
            .values(kept_form=sealed, kept_at=utc_now())
        )
    return True


def kept_form(by: Actor) -> tuple[str, Fields] | None:
    """Where what was kept was going, and its fields in their order."""
    signed_in_session = db.session.execute(
        select(SignedInSession.kept_form).where(
            SignedInSession.public_id == by.session_id,
            SignedInSession.kept_form.is_not(None),
            SignedInSession.kept_at > utc_now() - FORM_KEPT_FOR,
        )
    ).one_or_none()
    if signed_in_session is None:
        return None
    try:
        text = open_text(signed_in_session.kept_form, kind="session.form", public_id=by.session_id)
    except SealError:
        return None
    address, fields = json.loads(text)
    return address, [(name, value) for name, value in fields]


def check_password(email: str, password: str, client: Client) -> Account:
    """The account whose e-mail and password these are. Raises Problem and SignInPaused.

    argon2 runs exactly once, whether or not there is such an account.
    """
    key = email_key(email)
    account = account_by_email(email)
    tried = begin_try(key, client, account)
    account = account_by_email(email)
    right = password_matches(account.password_hash if account is not None else None, password)
    # A locked account is not told apart: the person who holds its phone must not learn of it.
    if not right or account is None or not account.active or account.paused_at is not None:
        raise errors.wrong_sign_in()
    public_id = account.public_id
    forgive_try(tried)
    return accounts.account(public_id)


def check_second_step(public_id: str, code: str, client: Client) -> bool:
    """Take a code of the authenticator or a recovery code, each once.

    Whether it was a recovery code: then the phone may be lost. Raises Problem and SignInPaused.
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
                raise Problem(errors.WRONG_CODE, field="code", status=422)
            change.about(public_id)
        return True
    with writing() as session:
        account = locked_account(session, public_id)
        period = matching_period(account, code, utc_now())
        if period is None:
            raise Problem(errors.WRONG_CODE, field="code", status=422)
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
    span = retention().span("ended_sessions")
    with audited("accounts.signed_in", Actor(public_id=public_id)) as change:
        account = locked_account(change.session, public_id)
        if not account.active or account.paused_at is not None:
            raise errors.wrong_sign_in()
        unfamiliar = unfamiliar and account.last_seen_at is not None
        account.last_seen_at = change.now
        signed_in_session = SignedInSession(
            token_hash=token_hash(token),
            account_id=account.id,
            device=accounts_rules.device_family(user_agent),
            created_at=change.now,
            last_seen_at=change.now,
            fresh_at=change.now,
            unfamiliar=unfamiliar,
        )
        change.session.add(signed_in_session)
        if client is not None:
            remember_address(change.session, account, client, change.now)
        if unfamiliar:
            notices.notify(change.session, account, notices.NEW_DEVICE, change.now)
        change.session.execute(
            delete(SignedInSession).where(
                SignedInSession.account_id == account.id,
                SignedInSession.created_at < change.now - span - accounts_rules.SESSION_LONGEST,
            )
        )
        change.session.flush()
        if mark:
            mark_browser(
                change.session,
                account,
                mark,
                shown=client.marks if client is not None else (),
                device=signed_in_session.device,
                session_id=signed_in_session.public_id,
                now=change.now,
            )
        change.about(signed_in_session.public_id)
    return token


def confirm_password(by: Actor, password: str, client: Client) -> None:
    """Take the password again before a dangerous action. Raises WrongPassword, SignInPaused."""
    account = accounts.account(by.public_id)
    tried = begin_try(account.email_lookup, client.of(by), account)
    account = accounts.account(by.public_id)
    if not password_matches(account.password_hash, password):
        raise errors.WrongPassword
    forgive_try(tried)
    with audited("accounts.password_confirmed", by) as change:
        change.session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == by.session_id)
            .values(fresh_at=change.now)
        )
        change.about(by.session_id)
