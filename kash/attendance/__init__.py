"""Attendance keeps registers: who was expected, in which stretches of time, and who came.

Workshops and forum meetings each own a register; this room knows neither. It has no pages of its
own to go to: whoever owns a register decides who may see and mark it, and shows it with what
stands here. Every mark is an operation that may arrive late, twice or crossed with another.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Flask

from kash.attendance import models
from kash.attendance.queries import status_catalogue, statuses_for, workshop_choices
from kash.attendance.wording import reason_sentence, status_word

__all__ = ["blueprint", "init_attendance", "models"]

# Carries the name only; the routes lie with the owners of registers.
blueprint = Blueprint("attendance", __name__)


def init_attendance(app: Flask) -> None:
    """Let templates say statuses and reasons and lay out what a register offers, and say what
    becomes of marks when people merge."""
    from kash.attendance.merging import declare_references

    declare_references()
    app.jinja_env.filters.update(mark_word=status_word, mark_reason=reason_sentence)
    app.jinja_env.globals.update(
        workshop_choices=workshop_choices,
        workshop_statuses=partial(statuses_for, "workshop"),
        status_catalogue=status_catalogue,
    )
