"""Notices: messages to people by SMS and e-mail, by which texts, at which hours, and whether they
arrived. Rooms above say them (`services.saying`); nothing goes to anybody who never agreed."""

from flask import Blueprint

blueprint = Blueprint("notices", __name__)
