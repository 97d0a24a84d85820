"""The sample programme, made anew in a folder of its own, and the fingerprint that it leaves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import cast

from apiflask import APIFlask
from flask_migrate import upgrade

from kash import create_app
from kash.database import db
from kash.demo.loading import load_programme
from kash.demo.papers import write_papers
from kash.settings import Settings
from kash.web.formats import local_today
from tools.compare import fingerprint
from tools.compare.fixed import fixed

PROJECT = Path(__file__).resolve().parents[2]
_PASSWORD = "herons sleep on one leg"  # noqa: S105 - of a programme that is thrown away
_CHEAP = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}


def take_fingerprint(folder: Path) -> fingerprint.Fingerprint:
    """Make the sample in an empty folder and tell all that users see. Raises RenderError."""
    with fixed():
        app = create_app(
            Settings(
                data_dir=folder / "var",
                mail_url=f"file://{folder / 'mail'}",
                public_url="https://kash.example.org",
                log_level="error",
            )
        )
        app.config.update(ARGON2=_CHEAP, VAULT_ARGON2=_CHEAP)
        with app.app_context():
            upgrade(str(PROJECT / "migrations"))
            papers = _papers(folder / "papers")
            return _of(app) | {"papers": papers}


def _papers(folder: Path) -> fingerprint.Section:
    """By file: its size in bytes and its digest (SHA-256, hexadecimal)."""
    loaded = load_programme(_PASSWORD, local_today())
    written = write_papers(loaded, folder, cards=True)
    contents = {path.name: path.read_bytes() for path in written}
    return {
        name: f"{len(content)} {hashlib.sha256(content).hexdigest()}"
        for name, content in contents.items()
    }


def _of(app: APIFlask) -> fingerprint.Fingerprint:
    found = {
        "routes": fingerprint.routes(app),
        "grants": fingerprint.grants(),
        "messages": fingerprint.messages(PROJECT / "translations"),
        "commands": fingerprint.commands(app, PROJECT / "kash.sh"),
        "settings": fingerprint.settings(),
        "schema": fingerprint.schema(db.engine),
    }
    # As it is read back, so that a comparison sees no tuples where a file has lists.
    return cast(fingerprint.Fingerprint, json.loads(json.dumps(found, default=str)))
