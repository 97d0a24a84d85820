"""Releases: figures from the sealed cases that may be shown, by the dice rule. A plan says a year
ahead which tables are printed on which days; the person who prints them can neither choose nor
repeat."""

from flask import Blueprint

blueprint = Blueprint("releases", __name__, url_prefix="/releases")
