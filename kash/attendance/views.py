"""The pad itself, as a phone keeps it: a page without anything in it, its texts, its files.
Nothing here depends on who asks: it lies on the phone while there is no network, in any hand.
Routes to which phones send. The signature of the phone's own key stands in place of a sign-in."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from kash.attendance import blueprint
from kash.attendance.models import NotSent, sealed_items, too_much_sent
from kash.attendance.pad_words import pad_words
from kash.attendance.queries.pads import Credential, continued, credential
from kash.attendance.rules.pads import MOST_ITEMS, ItemAnswer, Unreadable, is_public_id, read_moment
from kash.attendance.services.pads import check_not_ended, open_items, pad_revoked, receive
from kash.platform.database import db, utc_now
from kash.platform.vault.phones import is_signed
from kash.platform.web.bodies import takes_raw
from kash.platform.web.headers import uses_camera
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, brand
from kash.policy import ANYONE, allow

# What the pad's page loads besides its own modules.
_SHARED = (
    "icon.svg",
    "tokens.css",
    "components.css",
    "js/exit.js",
    "js/narrowing.js",
    "js/scanner.js",
    "js/signals.js",
)
_DECODER = "vendor/qr-decode.js"
# Of the page on which a register is taken; the pad itself has no need of it.
_ELSEWHERE = frozenset({"take.js"})


def plain(name: str) -> str:
    """The address of a static file without the hash of its content: modules name each other so."""
    return url_for("static", filename=name, v=None)


def pad_files() -> list[str]:
    """The static files that the pad needs without a network, by their names."""
    own = sorted(
        f"pad/{path.name}"
        for path in (_static() / "pad").iterdir()
        if path.suffix in (".js", ".css") and path.name not in _ELSEWHERE
    )
    return [*_SHARED, _DECODER, *own]


def _static() -> Path:
    return Path(str(current_app.static_folder))


def _shell() -> str:
    return render_template("pad/shell.html", plain=plain)


def _left() -> str:
    return render_template("web/leave.html", language_code=language_code())


def _texts(code: str) -> str:
    with force_locale(code):
        return json.dumps(pad_words(), ensure_ascii=False, separators=(",", ":"))


@blueprint.get("/pad/")
@uses_camera
@allow(ANYONE)
def pad() -> str:
    """The page; a register is on the phone, not here."""
    return _shell()


@blueprint.get("/pad/leave")
@allow(ANYONE)
def pad_leave() -> str:
    """Where quick exit leads without a network: a page that says nothing."""
    return _left()


@blueprint.get("/pad/texts/<language>.json")
@allow(ANYONE)
def pad_texts(language: str) -> Response:
    """Texts of the pad's page in a language."""
    if language not in LANGUAGES:
        abort(404)
    return Response(_texts(language), mimetype="application/json")


@blueprint.get("/pad/manifest.webmanifest")
@allow(ANYONE)
def pad_manifest() -> Response:
    """How the pad stands among a phone's applications: under the neutral name."""
    home = url_for("attendance.pad")
    facts = {
        "name": brand(),
        "short_name": "Programme",
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#f5f5f1",
        "theme_color": "#0a5463",
        "icons": [{"src": plain("icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return Response(json.dumps(facts), mimetype="application/manifest+json")


@blueprint.get("/pad/sw.js")
@allow(ANYONE)
def pad_worker() -> Response:
    """Script that keeps the pad's files on the phone; it changes whenever one of them does."""
    files = pad_files()
    pages = [
        url_for("attendance.pad"),
        url_for("attendance.pad_leave"),
        url_for("attendance.pad_manifest"),
        *(url_for("attendance.pad_texts", language=code) for code in LANGUAGES),
    ]
    content = hashlib.sha256(_shell().encode())
    for code in LANGUAGES:
        content.update(_texts(code).encode())
    for name in files:
        content.update((_static() / name).read_bytes())
    worker = render_template(
        "pad/sw.js", version=content.hexdigest()[:12], files=[*pages, *map(plain, files)]
    )
    return Response(worker, mimetype="text/javascript")


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
    except NotSent as problem:
        return _refused(problem.code, str(problem), problem.status)
    except DBAPIError:
        # Busy or out of reach: nothing was kept, and the phone tries again.
        db.session.rollback()
        return _refused("busy", _("Too many at once. This phone tries again by itself."), 503)


def _body() -> bytes:
    request.max_content_length = LARGEST_BODY
    if (request.content_length or 0) > LARGEST_BODY:
        raise too_much_sent()
    return request.get_data(cache=False)


def _taken(body: bytes) -> dict[str, Any]:
    sent = read_json(body)
    pad, now = sent.get("pad"), utc_now()
    sender = _sender(str(pad), now) if is_public_id(pad) else None
    if sender is None or not is_signed(
        sender.signing_key, request.headers.get("X-Pad-Signature", "")[:100], SIGNED + body
    ):
        raise NotSent("signature", _("This was not sent by a phone that took a register."))
    if sender.revoked_at is not None or not sender.active:
        raise pad_revoked()
    check_not_ended(sender, now)
    queue = _queue_of(sender, sent.get("pad_of_items"))
    items = sealed_items(sent.get("items"), MOST_ITEMS)
    skew = _skew(sent.get("sent_at"), now)
    try:
        answers = receive(sender, queue, open_items(queue, items), skew)
    except NotSent:
        _remembered().pop(sender.public_id, None)
        raise
    _remember(sender)
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
    heard = _remembered().get(public_id)
    if heard is not None and heard.ends_at > now:
        return heard
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
    earlier = continued(db.session(), pad, named) if isinstance(named, str) else None
    if earlier is None:
        raise NotSent("unreadable", _("This was not sent by a phone that took a register."))
    if earlier.revoked_at is not None:
        raise pad_revoked()
    return earlier


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
