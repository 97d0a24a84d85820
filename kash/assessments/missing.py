"""Tests that were never opened, or never closed."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, exists, or_, select

from kash.assessments.models import AskedQuestion, GivenAnswer, ListedScore, WorkshopTest
from kash.assessments.rules.times import Moment
from kash.assessments.words import MOMENT
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.workshops.missing import answered_for
from kash.workshops.models import Workshop


def _tests(asked: Lookout) -> Select[Any] | None:
    """Tests before and after workshops that are over, which were never opened and have neither
    answers nor scores from a list, or which are still open."""
    scope = answered_for(asked.actor, "assessments.see", "assessments.hold")
    if scope is None:
        return None
    mine, mends = scope
    never = and_(
        WorkshopTest.opens_at.is_(None),
        ~exists().where(ListedScore.test_id == WorkshopTest.id),
        ~exists().where(
            AskedQuestion.test_id == WorkshopTest.id, GivenAnswer.asked_id == AskedQuestion.id
        ),
    )
    return (
        select(
            WorkshopTest.id.label("key"),
            Workshop.ends_on.label("ordered"),
            mends.label("mends"),
            Workshop.created_by.label("asked"),
            Workshop.public_id,
            Workshop.title,
            Workshop.ends_on,
            WorkshopTest.public_id.label("test"),
            WorkshopTest.moment,
            WorkshopTest.opens_at,
        )
        .join(Workshop, Workshop.id == WorkshopTest.workshop_id)
        .where(
            mine,
            Workshop.state == "planned",
            Workshop.ends_on < asked.day,
            WorkshopTest.moment != str(Moment.FOLLOW_UP),
            or_(never, WorkshopTest.closes_at > asked.now),
        )
    )


def _line(row: Any) -> MissingLine:
    text = _("Never opened, and nothing entered") if row.opens_at is None else _("Still open")
    return MissingLine(
        f"{row.title}: {MOMENT[row.moment]}",
        url_for(
            "assessments.test",
            public_id=row.public_id,
            test_id=row.test,
            _anchor="minutes" if row.mends else None,
        ),
        text,
        row.ends_on,
    )


MISSING = (
    MissingInformation(
        "tests",
        _l("Workshops"),
        _l("Test that was closed"),
        _l("What was learned is told once tests are closed."),
        90,
        _tests,
        _line,
    ),
)
