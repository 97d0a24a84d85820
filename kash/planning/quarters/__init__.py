"""A quarter planned at once: from what stations need to workshops with trainers, venue and days.

A proposal is always partial: what found no place says what would have to go. It is nobody's plan
before its lines are accepted, and what was accepted is taken back as one.
"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("quarters", __name__, url_prefix="/quarters")
