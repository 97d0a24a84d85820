"""News from the gateway: delivery reports, and numbers that want no more. Whatever comes to the
secret address is answered with 200, whether or not it is known or comes twice."""

from __future__ import annotations

from hmac import compare_digest

from flask import current_app, request
from flask.typing import ResponseReturnValue

from kash.notices import blueprint
from kash.notices.services.stopping import stop_messages, stop_number
from kash.platform.database import utc_now
from kash.platform.messages.reports import Report, take_report
from kash.platform.vault import lookup, vault_of
from kash.platform.web import NotFound
from kash.policy import ANYONE, allow

_LONGEST = 80


def callback_secret() -> str:
    """The secret in the addresses of the gateway, made of the server's keys."""
    return vault_of(current_app).keys.derived("message callbacks").hex()[:40]


@blueprint.post("/messages/reports/<secret>")
@allow(ANYONE)
def report(secret: str) -> ResponseReturnValue:
    """A delivery report: it changes the state of a message, and nothing else."""
    _refuse_guess(secret)
    told = Report(_told("id"), _told("status"), _told("failureReason"), _number())
    settled = take_report(told, utc_now())
    if settled.stopped:
        stop_messages(settled.messages)
    return "", 200


@blueprint.post("/messages/stops/<secret>")
@allow(ANYONE)
def stopped(secret: str) -> ResponseReturnValue:
    """A number whose owner wants no more messages."""
    _refuse_guess(secret)
    number = _number()
    if number:
        stop_number(number)
    return "", 200


def _refuse_guess(secret: str) -> None:
    if not compare_digest(secret.encode(), callback_secret().encode()):
        raise NotFound


def _told(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _number() -> str:
    """The key of the number, as people's phones have it; empty without one."""
    digits = "".join(sign for sign in _told("phoneNumber") if sign.isascii() and sign.isdigit())
    return lookup(f"+{digits}", kind="phone") if digits else ""
