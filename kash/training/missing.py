"""Objectives, and days on which counsel checked, that are missing of courses that are taught."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, Select, exists, literal, select
from sqlalchemy.orm import aliased

from kash.platform.web.formats import to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.training.models import Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.rules.fields import LEGAL_POINT, OBJECTIVE

_COURSES = _l("Courses")
_newer, _draft = aliased(CourseVersion), aliased(CourseVersion)
_draft_module, _draft_plan, _draft_row = aliased(Module), aliased(SessionPlan), aliased(PlanRow)


def _in_the_draft(column: Any) -> ScalarSelect[Any]:
    """A column of the draft of the same course in the same language, in which it can be mended."""
    return (
        select(column)
        .select_from(_draft)
        .join(_draft_module, _draft_module.version_id == _draft.id)
        .join(_draft_plan, _draft_plan.module_id == _draft_module.id)
        .where(
            _draft.course_id == CourseVersion.course_id,
            _draft.language == CourseVersion.language,
            _draft.state == "draft",
            _draft.translates_id.is_(None),
            _draft_plan.lineage == SessionPlan.lineage,
        )
        .correlate(CourseVersion, SessionPlan)
        .limit(1)
        .scalar_subquery()
    )


def _taught(asked: Lookout, key: Any) -> Select[Any] | None:
    """Sessions of the newest published version of each course in each language it was written in.
    Translations lend what they lack from their source."""
    actor = asked.actor
    if not actor.may("curriculum.compare"):
        return None
    mends = int(actor.may("curriculum.edit"))
    return (
        select(
            key.label("key"),
            (Course.name + " " + SessionPlan.title).label("ordered"),
            literal(mends).label("mends"),
            literal("").label("asked"),
            Course.public_id.label("course"),
            Course.name,
            CourseVersion.public_id.label("version"),
            CourseVersion.published_at,
            SessionPlan.public_id.label("plan"),
            SessionPlan.title,
            _in_the_draft(_draft.public_id).label("draft"),
            _in_the_draft(_draft_plan.public_id).label("draft_plan"),
        )
        .select_from(SessionPlan)
        .join(Module, Module.id == SessionPlan.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            CourseVersion.state == "published",
            CourseVersion.translates_id.is_(None),
            ~exists().where(
                _newer.course_id == CourseVersion.course_id,
                _newer.language == CourseVersion.language,
                _newer.state == "published",
                _newer.translates_id.is_(None),
                _newer.number > CourseVersion.number,
            ),
        )
    )


def _objectives(asked: Lookout) -> Select[Any] | None:
    found = _taught(asked, SessionPlan.id)
    said = exists().where(
        PlanRow.plan_id == SessionPlan.id, PlanRow.kind == OBJECTIVE.name, PlanRow.text != ""
    )
    return found.where(~said) if found is not None else None


def _checked(asked: Lookout) -> Select[Any] | None:
    found = _taught(asked, PlanRow.id)
    if found is None:
        return None
    row_in_draft = (
        select(_draft_row.public_id)
        .join(_draft_plan, _draft_plan.id == _draft_row.plan_id)
        .join(_draft_module, _draft_module.id == _draft_plan.module_id)
        .join(_draft, _draft.id == _draft_module.version_id)
        .where(
            _draft.course_id == CourseVersion.course_id,
            _draft.language == CourseVersion.language,
            _draft.state == "draft",
            _draft.translates_id.is_(None),
            _draft_row.lineage == PlanRow.lineage,
        )
        .correlate(CourseVersion, PlanRow)
        .limit(1)
        .scalar_subquery()
    )
    return (
        found.add_columns(PlanRow.text.label("point"), row_in_draft.label("draft_row"))
        .join(PlanRow, PlanRow.plan_id == SessionPlan.id)
        .where(PlanRow.kind == LEGAL_POINT.name, PlanRow.checked_on.is_(None))
    )


def _url(row: Any, anchor: str, seen: str) -> str:
    """The field in the draft; without a draft, where one is started, as what is published never
    changes."""
    if not row.mends:
        return url_for("training.session", public_id=row.version, plan_id=row.plan, _anchor=seen)
    if row.draft is None or row.draft_plan is None:
        return url_for("training.course", public_id=row.course, _anchor="language")
    return url_for(
        "training.edit_session", public_id=row.draft, plan_id=row.draft_plan, _anchor=anchor
    )


def _published_on(row: Any) -> Any:
    return to_local(row.published_at).date() if row.published_at else None


def _objective_line(row: Any) -> MissingLine:
    return MissingLine(
        f"{row.name}: {row.title}",
        _url(row, f"add-{OBJECTIVE.name}", "h-objectives"),
        _to_publish(row),
        _published_on(row),
    )


def _point_line(row: Any) -> MissingLine:
    field = f"{row.draft_row}-checked_on" if row.draft_row else f"h-{LEGAL_POINT.name}"
    return MissingLine(
        row.point or row.title,
        _url(row, field, "h-legal"),
        f"{row.name}: {row.title}. {_to_publish(row)}",
        _published_on(row),
    )


def _to_publish(row: Any) -> str:
    if not row.mends:
        return ""
    if row.draft is None:
        return _("Start a new version: what is published never changes.")
    return _("Write it into the draft; it goes from here once that is published.")


MISSING = (
    MissingInformation(
        "objectives",
        _COURSES,
        _l("Objectives of a session"),
        _l("Without one nobody can tell what was learned in it."),
        100,
        _objectives,
        _objective_line,
    ),
    MissingInformation(
        "legal_checks",
        _COURSES,
        _l("Day on which counsel checked a legal point"),
        _l("It is taught, and nobody has said that the law is so."),
        110,
        _checked,
        _point_line,
    ),
)
