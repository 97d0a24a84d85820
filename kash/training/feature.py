"""Chapters of the handbook that tell about courses. Finding courses from every page. Objectives,
and days on which counsel checked, that are missing of courses that are taught. Columns of this
room's tables, sorted by what they hold about a person. Courses on Today: versions that wait, and
those that were sent back. Words of the audit trail for what is done here: the room, then what
happened. The declaration of courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, Select, exists, literal, select
from sqlalchemy.orm import aliased

from kash.feature import Feature
from kash.people.erasure import about_things, free_texts
from kash.platform.database import utc_now
from kash.platform.handbook.places import OFFICER, Chapters, peers
from kash.platform.jobs import Chore
from kash.platform.storage import NamedFiles
from kash.platform.web.formats import to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.platform.web.parts import ActionWords, Destination, Findable, Hit, NamedPage, SampleId
from kash.platform.web.today import BeginningStep, Need, TodayLine, Viewer
from kash.policy import Actor, Role
from kash.training import blueprint, views
from kash.training.commands import training_commands
from kash.training.material_files import named_keys
from kash.training.models import APPROVAL, Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.queries import course_links, delivered_words, find_courses, waiting_for
from kash.training.rules.courses import LEGAL_POINT, OBJECTIVE
from kash.training.services.course_files import delete_unused_files

CHAPTERS = Chapters(
    {
        "training": peers(
            "peer-educator#what-you-see",
            {
                Role.TRAINER: "trainer#write-a-course",
                Role.DIRECTOR: "director#publish-a-course",
                Role.MONITORING: "monitoring#what-you-see",
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
            },
        )
    }
)


def _courses(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(name, url_for("training.course", public_id=public_id))
        for public_id, name in find_courses(actor, text, limit)
    ]


FOUND = (
    Findable("courses", _l("Courses"), "curriculum.see", 40, _courses),
    NamedPage("training.add_course", _l("Add a course"), "curriculum.edit", 90),
)


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
    taught = _taught(asked, SessionPlan.id)
    has_objective = exists().where(
        PlanRow.plan_id == SessionPlan.id, PlanRow.kind == OBJECTIVE.name, PlanRow.text != ""
    )
    return taught.where(~has_objective) if taught is not None else None


def _checked(asked: Lookout) -> Select[Any] | None:
    taught = _taught(asked, PlanRow.id)
    if taught is None:
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
        taught.add_columns(PlanRow.text.label("point"), row_in_draft.label("draft_row"))
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


PERSONAL = (
    *free_texts("course_version.returned_because"),
    *about_things(
        course="lineage name audience level",
        course_version=(
            "lineage language made_from public_title summary prerequisites state published_for"
        ),
        material_file="kind sha256",
        module="title lineage made_from",
        plan_row=(
            "kind text seen amount used file rank method to_do to_say said answer stop"
            " source lineage made_from"
        ),
        session_plan=(
            "title why group_size leads room preparation distress_with distress_service"
            " no_electricity low_literacy with_15 with_60 notes lineage made_from"
        ),
    ),
)


def _versions(asked: Viewer) -> Sequence[Any]:
    return waiting_for(asked.actor)


def _lines(asked: Viewer, returned: bool, title: str, text: str, button: str) -> list[TodayLine]:
    return [
        TodayLine(
            title % {"course": version.course_name, "number": version.number},
            url_for("training.version", public_id=version.public_id),
            text,
            key=_("Course"),
            button=button,
            about=version.course_name,
        )
        for version in asked.once(_versions)
        if bool(version.returned) is returned
    ]


def _proposed(asked: Viewer) -> Sequence[TodayLine]:
    return _lines(
        asked,
        False,
        _("Proposed: %(course)s, version %(number)s"),
        _("No workshop can be planned from it before it is published."),
        _("Read and decide"),
    )


def _returned(asked: Viewer) -> Sequence[TodayLine]:
    return _lines(
        asked,
        True,
        _("Sent back: %(course)s, version %(number)s"),
        _("Its page says why. Change it and propose it again."),
        _("See why"),
    )


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


ACTION_WORDS = ActionWords(
    {
        "training.course_added": _l("training: course added"),
        "training.course_brought_in": _l("training: course brought in"),
        "training.course_changed": _l("training: course changed"),
        "training.file_added": _l("training: file of a material added"),
        "training.file_removed": _l("training: file of a material removed"),
        "training.files_brought": _l("training: files of materials brought"),
        "training.library_brought_in": _l("training: courses of the library brought in"),
        "training.module_removed": _l("training: module removed"),
        "training.modules_arranged": _l("training: modules arranged"),
        "training.plan_removed": _l("training: plan removed"),
        "training.plans_arranged": _l("training: plans arranged"),
        "training.proposal_taken_back": _l("training: proposal taken back"),
        "training.session_written": _l("training: session written"),
        "training.translation_moved_on": _l("training: translation moved on"),
        "training.version_proposed": _l("training: version proposed"),
        "training.version_published": _l("training: version published"),
        "training.version_returned": _l("training: version returned"),
        "training.version_started": _l("training: version started"),
        "training.version_written": _l("training: version written"),
        "training.words_written": _l("training: words written"),
    }
)


def _modules(known: Mapping[str, str]) -> Select[str]:
    return (
        select(Module.public_id)
        .join(Module.version)
        .where(CourseVersion.public_id == known["public_id"])
    )


def _plans(known: Mapping[str, str]) -> Select[str]:
    with_file = exists().where(PlanRow.plan_id == SessionPlan.id, PlanRow.file != "")
    return (
        select(SessionPlan.public_id)
        .join(SessionPlan.module)
        .join(Module.version)
        .where(CourseVersion.public_id == known["public_id"])
        # One of which a material has a file, if there is any.
        .order_by(with_file.desc(), SessionPlan.id)
    )


def _materials(known: Mapping[str, str]) -> Select[str]:
    return (
        select(PlanRow.public_id)
        .join(PlanRow.plan)
        .where(SessionPlan.public_id == known["plan_id"], PlanRow.file != "")
    )


def _published(_known: Mapping[str, str]) -> Select[str]:
    return select(CourseVersion.public_id).where(CourseVersion.state == "published")


FEATURE = Feature(
    "training",
    modules=(views,),
    blueprints=(blueprint,),
    commands=(training_commands,),
    filters={"delivered_words": delivered_words},
    words={"course_links": course_links},
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "training.index",
            _l("Courses"),
            "curriculum",
            "curriculum.edit",
            45,
            covers=("/skills", "/tracks"),
        ),
        Destination(
            "training.index",
            _l("Courses"),
            "curriculum",
            "curriculum.see",
            110,
            unless="curriculum.edit",
            covers=("/skills", "/tracks"),
        ),
        *TODAY,
        *MISSING,
        *FOUND,
        APPROVAL,
        SampleId("/courses/<public_id>", lambda _: select(Course.public_id)),
        SampleId("/courses/versions/<public_id>/follow/<source_id>", _published),
        SampleId("/courses/versions/<public_id>/modules/<module_id>", _modules),
        SampleId("/courses/versions/<public_id>/plans/<plan_id>", _plans),
        SampleId("/courses/versions/<public_id>/plans/<plan_id>/materials/<row_id>", _materials),
        Chore("delete_unused_materials", lambda: delete_unused_files(utc_now()), minutes=60),
        NamedFiles(named_keys),
    ),
)
