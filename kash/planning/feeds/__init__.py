"""Feeds: calendars that other programs read by a private address. One for the person who has an
account, with where she has to be; one for a venue, with when it is taken and nothing else."""

from flask import Blueprint

blueprint = Blueprint("feeds", __name__, url_prefix="/feeds")
