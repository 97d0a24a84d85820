"""Calendar: workshops and their sessions, meetings, absences and holidays by month, week and day,
and moving a workshop to another day. What lies in it is declared by the rooms that hold it
(`kash/platform/web/parts.py`)."""

from flask import Blueprint

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")
