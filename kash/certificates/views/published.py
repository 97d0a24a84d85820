"""Files that whoever checks certificates may fetch and keep: keys, the list of revoked ones, and
the worker that shows the page without a network. No session is asked for, and none is begun."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from flask import Response, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from kash.certificates import blueprint
from kash.certificates.publishing import published_keys, signed_status
from kash.certificates.views.verification import blank_page
from kash.platform.database import utc_now
from kash.platform.web.errors import one_or_404
from kash.platform.web.headers import kept_for
from kash.platform.web.programme import programme_languages
from kash.platform.web.static import static_url
from kash.policy import ANYONE, allow
from kash.settings import Settings

# What the page is made of: with the hash of its content in the address where a page names it so,
# and without one where a script imports it.
_LINKED = (
    "icon.svg",
    "tokens.css",
    "components.css",
    "js/exit.js",
    "js/page.js",
    "js/verify.js",
)
_IMPORTED = (
    "js/pageshow.js",
    "js/typing.js",
    "js/announce.js",
    "js/code.js",
    "js/checking.js",
    "js/names.js",
    "js/scanner.js",
    "vendor/noble-ed25519.js",
    "vendor/qr-decode.js",
)


def issuer() -> str:
    """The address of the programme, by which what it signs names it."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url


@blueprint.get("/verify/keys.json")
@allow(ANYONE)
@kept_for(300)
def keys_file() -> ResponseReturnValue:
    """The keys of the programme, and the titles that codes name."""
    answer = jsonify(published_keys(issuer()))
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/verify/status")
@allow(ANYONE)
@kept_for(60)
def status_file() -> ResponseReturnValue:
    """The signed list of revoked certificates."""
    published = one_or_404(signed_status(issuer(), utc_now()))
    return jsonify(published)


@blueprint.get("/verify/worker.js")
@allow(ANYONE)
def worker_file() -> ResponseReturnValue:
    """The worker that keeps the page. It is another one as soon as anything changes that the page
    is made of, so that phones which come by fetch all of it anew."""
    pages = {url_for("certificates.scan", language=code): code for code in programme_languages()}
    imported = [f"{current_app.static_url_path}/{name}" for name in _IMPORTED]
    kept = [*pages, *(static_url(name) for name in _LINKED), *imported]
    made = hashlib.sha256(json.dumps(kept + [static_url(name) for name in _IMPORTED]).encode())
    for code in pages.values():
        made.update(blank_page(code).encode())
    first = (
        f"const EDITION = {json.dumps(made.hexdigest()[:16])};\nconst KEPT = {json.dumps(kept)};\n"
    )
    script = (Path(current_app.static_folder or "") / "js" / "verify-worker.js").read_text()
    answer = Response(first + script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer
