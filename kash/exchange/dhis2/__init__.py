"""DHIS2: counts pushed into the health information system of the country, value by value, with what
became of each."""

from flask import Blueprint

blueprint = Blueprint("dhis2", __name__, url_prefix="/dhis2")
