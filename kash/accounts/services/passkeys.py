"""Challenges to passkeys: made, spent by the first answer, and how an answer is read. Passkeys that
an account keeps: added and removed. A passkey whose device checked who holds it is both steps at
once; another one is the second step after the password. It signs in, and never opens anything that
is sealed. Passkeys in use: a device signs a challenge to sign in, as second step, or to confirm.
Challenge that a browser was given last for a purpose; its id stays in the browser's cookie."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.errors import (
    NO_PASSKEYS_HERE,
    PASSKEY_KNOWN,
    TOO_MANY_PASSKEYS,
    PasskeyCopied,
    PasskeyNotChecked,
    PasskeyRefused,
)
from kash.accounts.models import Account, Passkey, PasskeyChallenge, RecoveryCode, SignedInSession
from kash.accounts.queries import accounts
from kash.accounts.queries import safety as passkeys
from kash.accounts.queries.accounts import must_have_second_step, roles_of
from kash.accounts.queries.safety import passkey_by_key, passkeys_of
from kash.accounts.rules import CHALLENGE_LASTS, PASSKEYS_MOST, THROTTLE_WINDOW, Site, may_be_a_copy
from kash.accounts.services.accounts import locked_account
from kash.accounts.services.marks import token_hash
from kash.accounts.services.notices import PASSKEY_ADDED, notify
from kash.accounts.services.sign_in import fresh_codes, replace_codes
from kash.accounts.services.throttle import Client, count_try
from kash.platform.database import new_public_id, utc_now, writing
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, get_or_404
from kash.platform.web.programme import brand
from kash.policy import Actor

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor


ADD, SIGN_IN, SECOND_STEP, CONFIRM = "add", "sign_in", "second_step", "confirm"
_LONGEST_ANSWER = 20_000
# Each is a row for five minutes: sixty people may ask a few times, a flood may not.
_CHALLENGES_OF_ONE_ADDRESS = 300


@dataclass(frozen=True)
class Offer:
    """A challenge: its id, which the browser keeps, and what its script needs, as JSON."""

    challenge_id: str
    options: str


@dataclass(frozen=True)
class Challenge:
    """Challenge that a device had to sign, and for whose account if that was known."""

    challenge: bytes
    account_id: int | None


def required_site() -> Site:
    """The site that passkeys belong to. Raises Problem."""
    site = passkeys.site()
    if site is None:
        raise Problem(NO_PASSKEYS_HERE, field="", status=422)
    return site


def offer_challenge(purpose: str, account_id: int | None, client: Client) -> tuple[str, bytes]:
    """Keep a new challenge; returns its id and its 32 bytes. Raises TooManyTries."""
    count_try(
        "passkeys.challenge",
        client.address,
        limit=_CHALLENGES_OF_ONE_ADDRESS,
        window=THROTTLE_WINDOW,
    )
    challenge, challenge_id = secrets.token_bytes(32), new_public_id()
    with writing() as session:
        session.add(
            PasskeyChallenge(
                public_id=challenge_id,
                purpose=purpose,
                challenge=challenge,
                account_id=account_id,
                expires_at=utc_now() + CHALLENGE_LASTS,
            )
        )
    return challenge_id, challenge


def spend_challenge(purpose: str, challenge_id: str) -> Challenge:
    """Take a challenge, which is gone then, whatever comes of it. Raises PasskeyRefused."""
    with writing() as session:
        challenge = session.execute(
            delete(PasskeyChallenge)
            .where(PasskeyChallenge.public_id == challenge_id, PasskeyChallenge.purpose == purpose)
            .returning(
                PasskeyChallenge.challenge, PasskeyChallenge.account_id, PasskeyChallenge.expires_at
            )
        ).one_or_none()
    if challenge is None or challenge.expires_at <= utc_now():
        raise PasskeyRefused
    return Challenge(challenge.challenge, challenge.account_id)


def parsed_answer(answer: str) -> dict[str, Any]:
    """The answer that a browser sent, with a `response` at least. Raises PasskeyRefused."""
    if len(answer) > _LONGEST_ANSWER:
        raise PasskeyRefused
    try:
        content = json.loads(answer)
    except (ValueError, RecursionError):
        raise PasskeyRefused from None
    if not isinstance(content, dict) or not isinstance(content.get("response"), dict):
        raise PasskeyRefused
    return content


def descriptors_of(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    """The passkeys of an account as a browser is told of them."""
    # Loaded when first used: few pages need it, and it is large.
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(name) for name in passkey.transports],
        )
        for passkey in passkeys_of(account_id)
    ]


def credential_key(credential_id: bytes) -> str:
    """By what a passkey is found: the hash of its id."""
    # Loaded when first used: few pages need it, and it is large.
    from webauthn.helpers import bytes_to_base64url

    return token_hash(bytes_to_base64url(credential_id))


def offer_to_add(by: Actor, client: Client) -> Offer:
    """Offer with which a device makes a passkey. Raises Problem and TooManyTries.

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
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=offered.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except Exception:
        # The library reads what a stranger may have written, byte by byte; whatever it stumbles
        # over is no passkey.
        raise PasskeyRefused from None
    known_transports = {transport.value for transport in AuthenticatorTransport}
    transports = credential["response"].get("transports")
    codes = fresh_codes()
    with audited("accounts.passkey_added", by) as change:
        account = locked_account(change.session, by.public_id)
        count = change.session.scalar(
            select(func.count()).select_from(Passkey).where(Passkey.account_id == account.id)
        )
        if (count or 0) >= PASSKEYS_MOST:
            raise Problem(TOO_MANY_PASSKEYS, field="", status=422)
        passkey = Passkey(
            public_id=new_public_id(),
            account_id=account.id,
            name=name,
            credential_key=credential_key(verified.credential_id),
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            signs_in_alone=verified.user_verified,
            transports=sorted(known_transports.intersection(_texts(transports))),
            created_at=change.now,
        )
        change.session.add(passkey)
        try:
            change.session.flush()
        except IntegrityError:
            raise Problem(PASSKEY_KNOWN, field="", status=422) from None
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
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def rename_passkey(by: Actor, public_id: str, name: str) -> None:
    """Call one of the own passkeys otherwise. Raises NotFound."""
    with audited("accounts.passkey_renamed", by) as change:
        account = locked_account(change.session, by.public_id)
        passkey = get_or_404(change.session, Passkey, public_id, Passkey.account_id == account.id)
        if passkey.name == name:
            change.nothing()
            return
        passkey.name = name
        change.about(by.public_id, public_id)


def remove_passkey(by: Actor, public_id: str) -> None:
    """Remove one of the own passkeys. Raises NotFound and Problem."""
    with audited("accounts.passkey_removed", by) as change:
        account = locked_account(change.session, by.public_id)
        passkey = get_or_404(change.session, Passkey, public_id, Passkey.account_id == account.id)
        others = change.session.scalar(
            select(func.count())
            .select_from(Passkey)
            .where(Passkey.account_id == account.id, Passkey.id != passkey.id)
        )
        if not others and account.totp_sealed is None:
            if must_have_second_step(roles_of(account)):
                raise Problem(
                    _l("Your roles need a second step. Set up another before you remove this one.")
                )
            # Codes in place of a second step are worth nothing where there is none.
            replace_codes(change.session, account.id, [])
        change.session.delete(passkey)
        change.about(by.public_id, public_id)


def forget_passkeys(session: Session, account: Account) -> None:
    """Remove all of an account's passkeys inside the caller's transaction."""
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.account_id == account.id))


def offer_to_sign_in(client: Client) -> Offer:
    """Offer with which a device signs in with nothing typed. Raises Problem and TooManyTries."""
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

    Raises PasskeyRefused, PasskeyNotChecked, PasskeyCopied and Problem.
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
    passkey_found = passkey_by_key(credential_key(raw))
    if passkey_found is None:
        raise PasskeyRefused
    passkey, account = passkey_found
    identity = (passkey.public_id, account.public_id, account.id, account.passkey_handle)
    if (
        not account.active
        or (owner is not None and account.public_id != owner)
        or (offered.account_id is not None and offered.account_id != account.id)
        or not _is_handle(
            credential["response"].get("userHandle"), identity[3], needed=owner is None
        )
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
    _count_use(identity[0], identity[1], verified.new_sign_count)
    return identity[1]


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


_CHALLENGE = "passkey_"


def offered(purpose: str, offer: Offer) -> Response:
    """The challenge for the script; which one it is stays in this browser's own cookie."""
    session[_CHALLENGE + purpose] = offer.challenge_id
    return Response(offer.options, mimetype="application/json")


def challenge_of(purpose: str) -> str:
    """The challenge that this browser was given last for some purpose; forgotten at once."""
    return str(session.pop(_CHALLENGE + purpose, ""))
