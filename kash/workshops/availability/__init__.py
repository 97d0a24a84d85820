"""Availability: when trainers are away and teach, which venues can be had, how far zones lie."""

from flask import Blueprint

absences_blueprint = Blueprint("absences", __name__, url_prefix="/absences")
venues_blueprint = Blueprint("venues", __name__, url_prefix="/venues")
