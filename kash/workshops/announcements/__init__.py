"""Announcements: what everybody in a workshop is told of it. That they are invited or have a place,
that its days, its hour or its place changed, that it is cancelled, and reminders."""

from flask import Blueprint

blueprint = Blueprint("announcements", __name__, url_prefix="/announcements")
