"""Challenge that a browser was given last for a purpose; its id stays in the browser's cookie."""

from __future__ import annotations

from flask import Response, session

from kash.accounts.services.passkeys import Offer

_CHALLENGE = "passkey_"


def offered(purpose: str, offer: Offer) -> Response:
    """The challenge for the script; which one it is stays in this browser's own cookie."""
    session[_CHALLENGE + purpose] = offer.challenge_id
    return Response(offer.options, mimetype="application/json")


def challenge_of(purpose: str) -> str:
    """The challenge that this browser was given last for some purpose; forgotten at once."""
    return str(session.pop(_CHALLENGE + purpose, ""))
