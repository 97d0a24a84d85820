"""The desk: what a person sees first, and the programme's own set-up and settings.

Today gathers from every room what needs the person who is signed in, and asks only those rooms in
which there can be something for her.
"""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)

from kash.desk import finding, settings, setup, views  # noqa: E402

__all__ = ["blueprint", "finding", "settings", "setup", "views"]
