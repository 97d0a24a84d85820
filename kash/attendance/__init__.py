"""Attendance keeps registers: who was expected, in which stretches of time, and who came.

Workshops and forum meetings each own a register; this room knows neither. It has no pages of its
own to go to: whoever owns a register decides who may see and mark it, and shows it with what
stands here. Every mark is an operation that may arrive late, twice or crossed with another.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _l

# What phones ask for; the pages of registers lie with their owners.
blueprint = Blueprint("attendance", __name__)

from kash.attendance import models, views  # noqa: E402
from kash.attendance.queries import (  # noqa: E402
    skew_text,
    status_catalogue,
    statuses_for,
    workshop_choices,
)
from kash.attendance.wording import conflict_sentence, reason_sentence, status_word  # noqa: E402

__all__ = ["blueprint", "init_attendance", "models", "views"]


def init_attendance(app: Flask) -> None:
    """Let templates say statuses and reasons and lay out what a register offers, and say what
    becomes of marks when people merge, and of pads when somebody's access ends."""
    from kash.accounts.revocations import register_revocation
    from kash.attendance.merging import declare_references
    from kash.attendance.services import revoke_pads_of

    declare_references()
    register_revocation(_l("Registers on phones stop working"), revoke_pads_of)
    # What a phone sends is signed, and comes without a cookie that could be abused.
    app.extensions["csrf"].exempt(views.sync.sync)
    app.jinja_env.filters.update(
        conflict_sentence=conflict_sentence,
        mark_word=status_word,
        mark_reason=reason_sentence,
        skew=skew_text,
    )
    app.jinja_env.globals.update(
        workshop_choices=workshop_choices,
        workshop_statuses=partial(statuses_for, "workshop"),
        status_catalogue=status_catalogue,
    )
