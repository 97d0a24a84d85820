"""Groups, organisations and the people who take part: who they are, where they are posted, what
they agreed to. Nobody's legal name is asked for; phone and e-mail are sealed, and shown one at a
time."""

from __future__ import annotations

from flask import Blueprint, Flask

blueprint = Blueprint("people", __name__, url_prefix="/people")
directory = Blueprint("directory", __name__, url_prefix="/services")

from kash.people import views, words  # noqa: E402,F401
from kash.people.commands import people_commands  # noqa: E402
from kash.people.leading import person_address  # noqa: E402
from kash.people.queries import zone_names  # noqa: E402


def init_people(app: Flask) -> None:
    """Add this feature's commands, and the directory of services, which is a place of its own."""
    from kash.people.services.merging import declare_own_references

    declare_own_references()
    app.register_blueprint(directory)
    app.cli.add_command(people_commands)
    # Offered wherever an area is typed; asked for only where it is.
    app.jinja_env.globals["zone_names"] = zone_names
    app.jinja_env.globals["person_address"] = person_address
    app.jinja_env.globals["contact_words"] = {"state": words.REQUEST, "tone": words.REQUEST_TONE}
