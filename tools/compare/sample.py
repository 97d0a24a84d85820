"""The sample programme, made anew in a folder of its own, and the fingerprint that it leaves."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from apiflask import APIFlask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from kash.application import create_app
from kash.platform.database import db
from kash.settings import Settings
from tools.compare import fingerprint
from tools.compare.fixed import fixed
from tools.pictures.picturing import VAULT, Order
from tools.pictures.prepared import sample_programme

PROJECT = Path(__file__).resolve().parents[2]
_BETWEEN_TAGS = re.compile(r"(?<=>)\s+|\s+(?=<)")
_BLANKS = re.compile(r"\s+")
# A script or style that was changed is told where it is kept; what matters here is the page.
_VERSION_OF_A_FILE = re.compile(r"\?v=[\w-]+")


def take_fingerprint(folder: Path) -> fingerprint.Fingerprint:
    """Make the sample in an empty folder and tell all that users see; the texts of its pages are
    left in the folder `pages`. Raises RenderError."""
    settings = Settings(
        data_dir=folder / "var",
        mail_url=f"file://{folder / 'mail'}",
        public_url="https://kash.example.org",
        log_level="error",
    )
    with fixed():
        app = create_app(settings)
        with app.app_context():
            upgrade(str(PROJECT / "migrations"))
            found = _of(app)
        orders = sample_programme(settings)
        found["papers"] = {path.name: _digest(path.read_bytes()) for path in orders.papers}
        looked_at = [order for order in orders.pages if not order.acts and not order.empty_form]
        found["pages"] = dict(_pages(app, looked_at, folder / "pages"))
    # As it is read back, so that a comparison sees no tuples where a file has lists.
    return cast(fingerprint.Fingerprint, json.loads(json.dumps(found, default=str)))


def _of(app: APIFlask) -> fingerprint.Fingerprint:
    return {
        "routes": fingerprint.routes(app),
        "grants": fingerprint.grants(),
        "messages": fingerprint.messages(PROJECT / "translations"),
        "commands": fingerprint.commands(app, PROJECT / "kash.sh"),
        "settings": fingerprint.settings(),
        "schema": fingerprint.schema(db.engine),
    }


def _pages(app: APIFlask, orders: list[Order], folder: Path) -> Iterator[tuple[str, str]]:
    """By account, page and variant: the status of the answer, its kind, and its digest."""
    folder.mkdir()
    for order in orders:
        answer = _client(app, order).get(order.url)
        content = answer.get_data()
        if answer.mimetype == "text/html":
            content = _plain(answer.get_data(as_text=True)).encode()
            (folder / f"{order.name}.html").write_bytes(content)
        yield order.name, f"{answer.status_code} {answer.mimetype} {_digest(content)}"
        answer.close()


def _client(app: APIFlask, order: Order) -> FlaskClient:
    browser = app.test_client()
    if order.cookie is not None:
        browser.set_cookie(order.cookie.name, order.cookie.value)
        if order.cookie.vault:
            browser.set_cookie(VAULT, order.cookie.vault)
    return browser


def _plain(page: str) -> str:
    """A page, a tag a line, whatever blanks its templates leave and whatever its files hold."""
    page = _VERSION_OF_A_FILE.sub("", page)
    return _BLANKS.sub(" ", _BETWEEN_TAGS.sub("", page)).replace("><", ">\n<")


def _digest(content: bytes) -> str:
    """The size in bytes and the digest (SHA-256, hexadecimal)."""
    return f"{len(content)} {hashlib.sha256(content).hexdigest()}"
