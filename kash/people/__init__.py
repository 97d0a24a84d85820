"""Groups, organisations and the people who take part: who they are, where they are posted, what
they agreed to. Nobody's legal name is asked for; phone and e-mail are sealed, and shown one at a
time."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("people", __name__, url_prefix="/people")
# The directory of services is a place of its own.
directory = Blueprint("directory", __name__, url_prefix="/services")
