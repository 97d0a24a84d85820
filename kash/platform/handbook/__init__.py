"""The chapters of `docs/` as pages: each page of the site links to the one that tells about it.

Nothing in them is secret, and who reads which is decided by `chapters.CHAPTERS`, so that a police
account is not led to what documentation officers do. Addresses and titles name no chapter, since a
browser's history keeps them.
"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("handbook", __name__, url_prefix="/handbook")
