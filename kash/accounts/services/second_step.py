"""The second step of signing in: a code from an authenticator, or one from paper."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime

import pyotp
from sqlalchemy import delete
from sqlalchemy.orm import Session

from kash.accounts.errors import SecondStepMissing, WrongCode
from kash.accounts.models import Account, RecoveryCode
from kash.accounts.queries import accounts
from kash.accounts.rules.accounts import RECOVERY_CODES
from kash.accounts.secrets import code_hash, new_code
from kash.accounts.services.accounts import locked_account
from kash.accounts.services.notices import CODES_MADE, SECOND_STEP_SET, notify
from kash.platform.database import utc_now
from kash.platform.vault import audited, open_text, seal
from kash.policy import Actor

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
    return [new_code() for _ in range(RECOVERY_CODES)]


def replace_codes(session: Session, account_id: int, codes: Iterable[str]) -> None:
    """Let these be an account's recovery codes, inside the caller's transaction."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=code_hash(code)) for code in codes
    )


def confirm_second_step(by: Actor, secret: str, code: str) -> list[str]:
    """Turn the second step on, once a code shows that the phone has the secret.

    Returns the recovery codes, which are shown this once; the owner is told by mail, as it may be
    somebody else who has the password and the screen. Raises WrongCode.
    """
    period = _period_of(secret, code, utc_now(), 0)
    if period is None:
        raise WrongCode
    codes = fresh_codes()
    with audited("accounts.second_step_added", by) as change:
        account = locked_account(change.session, by.public_id)
        account.totp_sealed = seal(secret, kind="account.totp", public_id=account.public_id)
        account.totp_period = period
        replace_codes(change.session, account.id, codes)
        notify(change.session, account, SECOND_STEP_SET, change.now)
        change.about(by.public_id)
    return codes


def new_recovery_codes(by: Actor) -> list[str]:
    """Recovery codes in place of the old ones. Raises SecondStepMissing."""
    codes = fresh_codes()
    with audited("accounts.recovery_codes_made", by) as change:
        account = locked_account(change.session, by.public_id)
        if not account.has_second_step:
            raise SecondStepMissing
        replace_codes(change.session, account.id, codes)
        notify(change.session, account, CODES_MADE, change.now)
        change.about(by.public_id)
    return codes
