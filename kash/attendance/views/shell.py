"""The pad itself, as a phone keeps it: a page without anything in it, its texts, its files.

Nothing here depends on who asks: it lies on the phone while there is no network, whoever holds it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from flask import Response, abort, current_app, render_template, url_for
from flask_babel import force_locale

from kash.attendance import blueprint
from kash.attendance.pad_words import pad_words
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
