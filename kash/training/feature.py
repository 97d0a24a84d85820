"""The declaration of courses."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, select

from kash.feature import Feature
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.storage import NamedFiles
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.training import blueprint, views
from kash.training.approval import APPROVAL
from kash.training.chapters import CHAPTERS
from kash.training.commands import training_commands
from kash.training.course_links import course_links
from kash.training.hits import FOUND
from kash.training.material_files import named_keys
from kash.training.missing import MISSING
from kash.training.models import Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.personal import PERSONAL
from kash.training.services.material_files import delete_unused_files
from kash.training.today import TODAY
from kash.training.trail_words import ACTION_WORDS
from kash.training.words import delivered_words


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
        Destination("training.index", _l("Curriculum"), "curriculum", "curriculum.see", 110),
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
