"""Notices: what people are told by SMS and e-mail, by which texts, at which hours, and whether it
reached them. Rooms above say it (`services.saying`); nothing goes to anybody who never agreed."""

from flask import Blueprint

blueprint = Blueprint("notices", __name__, url_prefix="/messages")
