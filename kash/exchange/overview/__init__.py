"""The overview: how a quarter goes against its targets, and what needs attention, on one page. For
staff with figures of this moment; for a funder with what was sent to it, and nothing newer."""

from flask import Blueprint

blueprint = Blueprint("overview", __name__, url_prefix="/overview")
