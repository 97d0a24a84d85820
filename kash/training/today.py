"""Courses on Today: versions that wait, and those that were sent back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from kash.platform.web.beginning import BeginningStep
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role
from kash.training.models import CourseVersion
from kash.training.queries import WaitingVersion, waiting_for


def _versions(asked: Viewer) -> Sequence[WaitingVersion]:
    return waiting_for(asked.actor)


def _line(one: WaitingVersion, title: str, text: str, button: str) -> TodayLine:
    return TodayLine(
        title % {"course": one.course_name, "number": one.number},
        url_for("training.version", public_id=one.public_id),
        text,
        key=_("Course"),
        button=button,
        about=one.course_name,
    )


def _proposed(asked: Viewer) -> Sequence[TodayLine]:
    return [
        _line(
            one,
            _("Proposed: %(course)s, version %(number)s"),
            _("No workshop can be planned from it before it is published."),
            _("Read and decide"),
        )
        for one in asked.once(_versions)
        if not one.returned
    ]


def _returned(asked: Viewer) -> Sequence[TodayLine]:
    return [
        _line(
            one,
            _("Sent back: %(course)s, version %(number)s"),
            _("The reason stands on its page. Change it and propose it again."),
            _("See why"),
        )
        for one in asked.once(_versions)
        if one.returned
    ]


TODAY = (
    Need("courses", 150, _proposed, lead=_l("Courses that wait for you:"), lead_place=90),
    Need("returned", 160, _returned),
    BeginningStep(
        "course",
        _l("Write a course"),
        _l("What is taught, session by session; then propose it."),
        "training.index",
        {Role.TRAINER: 30},
        lambda: exists().where(CourseVersion.id.is_not(None)),
        at_once=("curriculum.edit", "training.add_course"),
    ),
    BeginningStep(
        "published",
        _l("Publish a course"),
        _l("A trainer proposes it, the director reads and publishes it."),
        "training.index",
        {Role.DIRECTOR: 40, Role.TRAINER: 40},
        lambda: exists().where(CourseVersion.state == "published"),
    ),
)
