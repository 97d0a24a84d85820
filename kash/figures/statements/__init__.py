"""Statements: figures that were sent to a funder, frozen as they were, and a ledger of all that has
left. Small counts of community members are starred so that nobody who lays everything side by side
can work them out."""

from flask import Blueprint

blueprint = Blueprint("statements", __name__, url_prefix="/statements")
