"""Trends, for members with the vault open: whether abuse by police fell after workshops, what these
numbers could have shown at all, and how help went.

Cases are opened in memory, counted and let go again. Nothing is stored, nothing is printed, and
nothing leaves: what others learn of cases are releases.
"""

from flask import Blueprint

blueprint = Blueprint("trends", __name__, url_prefix="/w/trends")
