"""Clashes: what gets in each other's way in the schedule, and what to do instead."""

from flask import Blueprint

blueprint = Blueprint("clashes", __name__, url_prefix="/clashes")
