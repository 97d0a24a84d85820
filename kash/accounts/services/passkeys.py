"""Passkeys that an account keeps: added and removed.

A passkey whose device checked who holds it is both steps at once; another one is the second step
after the password. It signs in, and never opens anything that is sealed.
"""

from __future__ import annotations

import secrets

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.errors import LastSecondStep, PasskeyKnown, PasskeyRefused, TooManyPasskeys
from kash.accounts.models import Account, Passkey, PasskeyChallenge, RecoveryCode
from kash.accounts.queries.accounts import must_have_second_step, roles_of
from kash.accounts.rules.passkeys import CHALLENGE_LASTS, PASSKEYS_MOST
from kash.accounts.secrets import token_hash
from kash.accounts.services.accounts import locked_account
from kash.accounts.services.notices import PASSKEY_ADDED, notify
from kash.accounts.services.passkey_challenges import (
    ADD,
    Offer,
    descriptors_of,
    offer_challenge,
    parsed_answer,
    required_site,
    spend_challenge,
)
from kash.accounts.services.second_step import fresh_codes, replace_codes
from kash.accounts.services.throttle import Client
from kash.platform.database import new_public_id, writing
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.platform.web.programme import brand
from kash.policy import Actor


def credential_key(credential_id: bytes) -> str:
    """By what a passkey is found: the hash of its id."""
    # Loaded when first used: few pages need it, and it is large.
    from webauthn.helpers import bytes_to_base64url

    return token_hash(bytes_to_base64url(credential_id))


def offer_to_add(by: Actor, client: Client) -> Offer:
    """Offer with which a device makes a passkey. Raises NoPasskeysHere, TooManyTries.

    What the device keeps and shows in its list tells neither name nor e-mail nor programme.
    """
    # Loaded when first used: few pages need it, and it is large.
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    site = required_site()
    challenge_id, challenge = offer_challenge(ADD, by.account_id, client)
    handle = _handle(by)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=brand(),
        user_id=base64url_to_bytes(handle),
        user_name=_("Sign-in"),
        user_display_name=_("Sign-in"),
        challenge=challenge,
        timeout=int(CHALLENGE_LASTS.total_seconds() * 1000),
        exclude_credentials=descriptors_of(by.account_id or 0),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return Offer(challenge_id, options_to_json(options))


def _handle(by: Actor) -> str:
    """By what passkeys know the account; random, made when it is first needed."""
    with writing() as session:
        account = locked_account(session, by.public_id)
        if account.passkey_handle is None:
            account.passkey_handle = secrets.token_urlsafe(32)
        return account.passkey_handle


def add_passkey(by: Actor, challenge_id: str, name: str, answer: str) -> list[str]:
    """Keep a new passkey.

    Returns recovery codes if the account had none, which are shown this once. Raises
    PasskeyRefused, PasskeyKnown, TooManyPasskeys, NoPasskeysHere.
    """
    # Loaded when first used: few pages need it, and it is large.
    from webauthn import verify_registration_response
    from webauthn.helpers.structs import AuthenticatorTransport

    site = required_site()
    offered = spend_challenge(ADD, challenge_id)
    if offered.account_id != by.account_id:
        raise PasskeyRefused
    credential = parsed_answer(answer)
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=offered.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except Exception:
        # The library reads what a stranger may have written, byte by byte; whatever it stumbles
        # over is no passkey.
        raise PasskeyRefused from None
    known_transports = {one.value for one in AuthenticatorTransport}
    transports = credential["response"].get("transports")
    codes = fresh_codes()
    with audited("accounts.passkey_added", by) as change:
        account = locked_account(change.session, by.public_id)
        held = change.session.scalar(
            select(func.count()).select_from(Passkey).where(Passkey.account_id == account.id)
        )
        if (held or 0) >= PASSKEYS_MOST:
            raise TooManyPasskeys
        passkey = Passkey(
            public_id=new_public_id(),
            account_id=account.id,
            name=name,
            credential_key=credential_key(made.credential_id),
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            signs_in_alone=made.user_verified,
            transports=sorted(known_transports.intersection(_texts(transports))),
            created_at=change.now,
        )
        change.session.add(passkey)
        try:
            change.session.flush()
        except IntegrityError:
            raise PasskeyKnown from None
        if change.session.scalar(
            select(RecoveryCode.id).where(RecoveryCode.account_id == account.id).limit(1)
        ):
            codes = []
        else:
            replace_codes(change.session, account.id, codes)
        notify(change.session, account, PASSKEY_ADDED, change.now)
        change.about(by.public_id, passkey.public_id)
    return codes


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def rename_passkey(by: Actor, public_id: str, name: str) -> None:
    """Call one of the own passkeys otherwise. Raises NotFound."""
    with audited("accounts.passkey_renamed", by) as change:
        account = locked_account(change.session, by.public_id)
        passkey = one_or_404(
            change.session.scalar(
                select(Passkey).where(
                    Passkey.public_id == public_id, Passkey.account_id == account.id
                )
            )
        )
        if passkey.name == name:
            change.nothing()
            return
        passkey.name = name
        change.about(by.public_id, public_id)


def remove_passkey(by: Actor, public_id: str) -> None:
    """Remove one of the own passkeys. Raises NotFound, LastSecondStep."""
    with audited("accounts.passkey_removed", by) as change:
        account = locked_account(change.session, by.public_id)
        passkey = one_or_404(
            change.session.scalar(
                select(Passkey).where(
                    Passkey.public_id == public_id, Passkey.account_id == account.id
                )
            )
        )
        others = change.session.scalar(
            select(func.count())
            .select_from(Passkey)
            .where(Passkey.account_id == account.id, Passkey.id != passkey.id)
        )
        if not others and account.totp_sealed is None:
            if must_have_second_step(roles_of(account)):
                raise LastSecondStep
            # Codes in place of a second step are worth nothing where there is none.
            replace_codes(change.session, account.id, [])
        change.session.delete(passkey)
        change.about(by.public_id, public_id)


def forget_passkeys(session: Session, account: Account) -> None:
    """Remove all of an account's passkeys inside the caller's transaction."""
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.account_id == account.id))
