"""Off-boarding of a trainer: she hands over versions of courses that she proposed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.accounts.holdings import register_proposals
from kash.training.models import CourseVersion


def join_hand_over() -> None:
    """Have proposed versions handed over before an account is closed."""
    register_proposals(
        _l("Courses proposed, not published"),
        CourseVersion,
        ("proposed",),
        key="courses",
        permission="curriculum.edit",
    )
