"""The chapters of `docs/` as pages: each page of the site links to the one that tells about it.

Nothing in them is secret, and who reads which is decided by `chapters.CHAPTERS`, so that a police
account is not led to what documentation officers do. Addresses and titles name no chapter, since a
browser's history keeps them.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask

blueprint = Blueprint("handbook", __name__, url_prefix="/handbook")

from kash.handbook import views  # noqa: E402

__all__ = ["blueprint", "init_handbook"]


def init_handbook(app: Flask, folder: Path) -> None:
    """Serve the chapters that lie in `folder`, and let every page ask for its own."""
    app.extensions[views.FOLDER] = folder
    app.jinja_env.globals["handbook_address"] = views.address_of_this_page
    app.register_blueprint(blueprint)
