"""KoboToolbox: forms to download, and registrations that are brought in by a connection that two
people agreed on.

Incidents are never fetched from anybody's server: their rows would lie there in clear.
"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("kobo", __name__, url_prefix="/kobo")
