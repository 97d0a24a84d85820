"""Routes to which phones send. The signature of the phone's own key stands in place of a
sign-in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, request
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from kash.attendance import blueprint
from kash.attendance.queries.pads import Credential, continued, credential
from kash.attendance.rules.pads import MOST_ITEMS, Unreadable, is_public_id, read_moment
from kash.attendance.rules.queue import ItemAnswer
from kash.attendance.sealed_items import NotSent, TooMuchSent, sealed_items
from kash.attendance.services.items import open_items
from kash.attendance.services.syncing import PadEnded, PadRevoked, receive
from kash.platform.database import db, utc_now
from kash.platform.vault.phones import is_signed
from kash.platform.web.bodies import takes_raw
from kash.policy import ANYONE, allow

# Two hundred signatures of many strokes each are less.
LARGEST_BODY = 4 * 1024 * 1024
SIGNED = b"kash pad v1 sync\n"
# More is no clock that is off, but one that was never set.
_MOST_SKEW = timedelta(days=20)
_MOST_REMEMBERED = 256


@blueprint.post("/pad/sync")
@allow(ANYONE)
@takes_raw(lambda: LARGEST_BODY)
def sync() -> Response:
    """Take what a pad queued: at most 200 items, answered one by one."""
    try:
        return _said(_taken(_body()))
    except (NotSent, PadRevoked, PadEnded) as problem:
        return _refused(problem.code, str(problem), problem.status)
    except DBAPIError:
        # Busy or out of reach: nothing was kept, and the phone tries again.
        db.session.rollback()
        return _refused("busy", _("Too many at once. This phone tries again by itself."), 503)


def _body() -> bytes:
    request.max_content_length = LARGEST_BODY
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooMuchSent
    return request.get_data(cache=False)


def _taken(body: bytes) -> dict[str, Any]:
    sent = read_json(body)
    pad, now = sent.get("pad"), utc_now()
    found = _sender(str(pad), now) if is_public_id(pad) else None
    if found is None or not is_signed(
        found.signing_key, request.headers.get("X-Pad-Signature", "")[:100], SIGNED + body
    ):
        raise NotSent("signature", _("This was not sent by a phone that took a register."))
    if found.revoked_at is not None or not found.active:
        raise PadRevoked
    if found.ends_at <= now:
        raise PadEnded
    queue = _queue_of(found, sent.get("pad_of_items"))
    items = sealed_items(sent.get("items"), MOST_ITEMS)
    skew = _skew(sent.get("sent_at"), now)
    try:
        answers = receive(found, queue, open_items(queue, items), skew)
    except (PadRevoked, PadEnded):
        _remembered().pop(found.public_id, None)
        raise
    _remember(found)
    return {
        "now": now.isoformat(),
        "skew_s": None if skew is None else skew / 1000,
        "answers": [answer_values(answer) for answer in answers],
    }


def _sender(public_id: str, now: datetime) -> Credential | None:
    """The pad that says it sends: as it was when it last did, or as it is.

    Its keys and its register never change, and they are all that is needed of it before the
    transaction, which reads it anew and compares.
    """
    known = _remembered().get(public_id)
    if known is not None and known.ends_at > now:
        return known
    return credential(db.session(), public_id)


def _remember(pad: Credential) -> None:
    remembered = _remembered()
    if len(remembered) >= _MOST_REMEMBERED and pad.public_id not in remembered:
        remembered.clear()
    remembered[pad.public_id] = pad


def _remembered() -> dict[str, Credential]:
    """The pads that this process heard, by public id; none that was then revoked or had ended."""
    kept: dict[str, Credential] = current_app.extensions.setdefault("kash_pads_heard", {})
    return kept


def read_json(body: bytes) -> dict[str, Any]:
    """The object in a body. Raises NotSent."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise NotSent("unreadable", _("This could not be read."))
    return sent


def _queue_of(pad: Credential, named: object) -> Credential:
    """The pad for which the items were sealed."""
    if named in (None, "", pad.public_id):
        return pad
    found = continued(db.session(), pad, named) if isinstance(named, str) else None
    if found is None:
        raise NotSent("unreadable", _("This was not sent by a phone that took a register."))
    if found.revoked_at is not None:
        raise PadRevoked
    return found


def _skew(sent_at: object, now: datetime) -> int | None:
    """By how many milliseconds a phone's clock is ahead; None if it does not say."""
    try:
        ahead = read_moment(sent_at) - now
    except Unreadable:
        return None
    return round(ahead / timedelta(milliseconds=1)) if abs(ahead) < _MOST_SKEW else None


def answer_values(answer: ItemAnswer) -> dict[str, Any]:
    """One answer as a pad reads it."""
    return {
        "seq": answer.sequence,
        "op_id": answer.op_id,
        "answer": answer.answer,
        "reason": answer.reason,
        "status": answer.status,
        "version": answer.version,
    }


def _said(values: dict[str, Any]) -> Response:
    return Response(json.dumps(values, separators=(",", ":")), mimetype="application/json")


def _refused(code: str, sentence: str, status: int) -> Response:
    answer = _said({"error": code, "sentence": sentence})
    answer.status_code = status
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer
