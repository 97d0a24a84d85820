"""KoboToolbox: forms to download, and registrations that are brought in by a connection that two
people agreed on.

Incidents are never fetched from anybody's server: their rows would lie there in clear. A file of
submissions that phones encrypted to the programme's own key may be brought in by a member.
"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("kobo", __name__, url_prefix="/kobo")
sealed_forms = Blueprint("sealed_forms", __name__, url_prefix="/w/forms")
