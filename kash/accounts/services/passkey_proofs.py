"""Passkeys in use: a device signs a challenge to sign in, as second step, or to confirm."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.accounts.errors import PasskeyCopied, PasskeyNotChecked, PasskeyRefused
from kash.accounts.models import Passkey, SignedInSession
from kash.accounts.queries import accounts
from kash.accounts.queries.passkeys import passkey_by_key
from kash.accounts.rules.passkeys import CHALLENGE_LASTS, may_be_a_copy
from kash.accounts.services.passkey_challenges import (
    CONFIRM,
    SECOND_STEP,
    SIGN_IN,
    Offer,
    descriptors_of,
    offer_challenge,
    parsed_answer,
    required_site,
    spend_challenge,
)
from kash.accounts.services.passkeys import credential_key
from kash.accounts.services.throttle import Client
from kash.platform.database import utc_now, writing
from kash.platform.vault import audited
from kash.policy import Actor


def offer_to_sign_in(client: Client) -> Offer:
    """Offer with which a device signs in with nothing typed. Raises NoPasskeysHere,
    TooManyTries."""
    # Loaded when first used: few pages need it, and it is large.
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    site = required_site()
    challenge_id, challenge = offer_challenge(SIGN_IN, None, client)
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=int(CHALLENGE_LASTS.total_seconds() * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Offer(challenge_id, options_to_json(options))


def offer_to_prove(purpose: str, public_id: str, client: Client) -> Offer:
    """The same for an account that is known, as its second step or to confirm."""
    # Loaded when first used: few pages need it, and it is large.
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    site = required_site()
    account = accounts.account(public_id)
    challenge_id, challenge = offer_challenge(purpose, account.id, client)
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=int(CHALLENGE_LASTS.total_seconds() * 1000),
        allow_credentials=descriptors_of(accounts.account(public_id).id),
        user_verification=UserVerificationRequirement.PREFERRED
        if purpose == SECOND_STEP
        else UserVerificationRequirement.REQUIRED,
    )
    return Offer(challenge_id, options_to_json(options))


def sign_in_with_passkey(challenge_id: str, answer: str) -> str:
    """The public id of the account whose passkey answers, alone and as both steps.

    Raises PasskeyRefused, PasskeyNotChecked, PasskeyCopied, NoPasskeysHere.
    """
    return _proved(SIGN_IN, challenge_id, answer, alone=True)


def check_passkey(public_id: str, challenge_id: str, answer: str) -> None:
    """Take a passkey as the second step of this account, after its password. Raises as above."""
    _proved(SECOND_STEP, challenge_id, answer, alone=False, owner=public_id)


def confirm_with_passkey(by: Actor, challenge_id: str, answer: str) -> None:
    """Take a passkey in place of the password before a dangerous action. Raises as above."""
    _proved(CONFIRM, challenge_id, answer, alone=True, owner=by.public_id)
    with audited("accounts.passkey_confirmed", by) as change:
        change.session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == by.session_id)
            .values(fresh_at=change.now)
        )
        change.about(by.session_id)


def _proved(
    purpose: str, challenge_id: str, answer: str, *, alone: bool, owner: str | None = None
) -> str:
    """Whose passkey has signed the challenge. `alone`: its device must have checked the holder."""
    # Loaded when first used: few pages need it, and it is large.
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes

    site = required_site()
    offered = spend_challenge(purpose, challenge_id)
    credential = parsed_answer(answer)
    try:
        raw = base64url_to_bytes(str(credential.get("rawId", "")))
    except ValueError:
        raise PasskeyRefused from None
    found = passkey_by_key(credential_key(raw))
    if found is None:
        raise PasskeyRefused
    passkey, account = found
    known = (passkey.public_id, account.public_id, account.id, account.passkey_handle)
    if (
        not account.active
        or (owner is not None and account.public_id != owner)
        or (offered.account_id is not None and offered.account_id != account.id)
        or not _is_handle(credential["response"].get("userHandle"), known[3], needed=owner is None)
    ):
        raise PasskeyRefused
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=offered.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            # Looked at below, so that a copy is told from a forgery.
            credential_current_sign_count=0,
        )
    except Exception:
        raise PasskeyRefused from None
    if alone and not verified.user_verified:
        raise PasskeyNotChecked
    _count_use(known[0], known[1], verified.new_sign_count)
    return known[1]


def _is_handle(given: object, handle: str | None, *, needed: bool) -> bool:
    if given is None or given == "":
        return not needed
    return isinstance(given, str) and handle is not None and given.rstrip("=") == handle


def _count_use(passkey_id: str, public_id: str, sign_count: int) -> None:
    """Move the counter on; of two that answer at once, one comes too late. Raises PasskeyCopied."""
    with writing() as session:
        passkey = _locked(session, passkey_id)
        copied = may_be_a_copy(passkey.sign_count, sign_count)
        if not copied:
            passkey.sign_count = sign_count
            passkey.last_used_at = utc_now()
    if copied:
        with audited("accounts.passkey_refused", Actor(public_id=public_id)) as change:
            change.about(public_id, passkey_id)
        raise PasskeyCopied


def _locked(session: Session, passkey_id: str) -> Passkey:
    passkey = session.scalar(
        select(Passkey).where(Passkey.public_id == passkey_id).with_for_update()
    )
    if passkey is None:
        raise PasskeyRefused
    return passkey
