"""Workshops are planned from a published course version: days, sessions, venue, facilitators,
costs, people, and the register of each session. The planner and those who teach run it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("workshops", __name__, url_prefix="/workshops")
# Answers by a link, for the person who holds one: short enough for a text message.
answers = Blueprint("answers", __name__)
