"""KoboToolbox: forms of registrations to download, and their rows, which a connection that two
people agreed on brings in as a list of people.

Reports are never fetched from another server: their rows would lie there in clear.
"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("kobo", __name__, url_prefix="/kobo")
