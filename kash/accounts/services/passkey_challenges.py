"""Challenges to passkeys: made, spent by the first answer, and how an answer is read."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from kash.accounts.errors import NoPasskeysHere, PasskeyRefused
from kash.accounts.models import PasskeyChallenge
from kash.accounts.queries import passkeys
from kash.accounts.queries.passkeys import passkeys_of
from kash.accounts.rules.passkeys import CHALLENGE_LASTS, Site
from kash.accounts.rules.throttle import THROTTLE_WINDOW
from kash.accounts.services.throttle import Client, count_try
from kash.platform.database import new_public_id, utc_now, writing

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
    """The site that passkeys belong to. Raises NoPasskeysHere."""
    site = passkeys.site()
    if site is None:
        raise NoPasskeysHere
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
        row = session.execute(
            delete(PasskeyChallenge)
            .where(PasskeyChallenge.public_id == challenge_id, PasskeyChallenge.purpose == purpose)
            .returning(
                PasskeyChallenge.challenge,
                PasskeyChallenge.account_id,
                PasskeyChallenge.expires_at,
            )
        ).one_or_none()
    if row is None or row.expires_at <= utc_now():
        raise PasskeyRefused
    return Challenge(row.challenge, row.account_id)


def parsed_answer(answer: str) -> dict[str, Any]:
    """The answer that a browser sent, with a `response` at least. Raises PasskeyRefused."""
    if len(answer) > _LONGEST_ANSWER:
        raise PasskeyRefused
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        raise PasskeyRefused from None
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise PasskeyRefused
    return found


def descriptors_of(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    """The passkeys of an account as a browser is told of them."""
    # Loaded when first used: few pages need it, and it is large.
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=one.credential_id,
            transports=[AuthenticatorTransport(name) for name in one.transports],
        )
        for one in passkeys_of(account_id)
    ]
