"""The desk: what a person sees first, and the programme's own set-up and settings."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)

from kash.desk import setup  # noqa: E402

__all__ = ["blueprint", "setup"]
