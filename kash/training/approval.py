"""Approval of courses: a version is published by a second person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.approvals.approval import Approval
from kash.training.models import CourseVersion

_ANOTHER = _l("You proposed this version, or stand in for who did: another must decide.")

APPROVAL = Approval(
    "courses",
    CourseVersion,
    proposes="curriculum.edit",
    approves="curriculum.approve",
    label=_l("Courses: publish or send back"),
    waiting=_l("Courses proposed, not published"),
    own=_ANOTHER,
    stands_in=_ANOTHER,
)
