"""Writing the sample's courses, proposing them and having them published."""

from __future__ import annotations

from kash.demo.accounts import DIRECTOR, TRAINER
from kash.demo.curriculum import WORKING_TOGETHER, SampleCourse
from kash.demo.curriculum_swahili import USHIRIKIANO
from kash.platform.database import new_public_id
from kash.policy import Actor
from kash.training.rules import ModuleText, PlanText, VersionText
from kash.training.services.courses import add_course
from kash.training.services.states import propose, publish
from kash.training.services.versions import start_version, write_version


def write_courses(actors: dict[str, Actor]) -> dict[str, str]:
    """The public id of each course's published version, by the name of the course.

    Each has a second version under way: of the English course a draft, of the other a proposal.
    """
    versions = {}
    trainer = actors[TRAINER.key]
    for course in (WORKING_TOGETHER, USHIRIKIANO):
        made, version = add_course(
            course.name,
            course.audience,
            course.level,
            public_title=course.public_title,
            language=course.language,
            by=trainer,
        )
        write_version(version, _text(course), 1, trainer)
        propose(version, trainer)
        publish(version, actors[DIRECTOR.key])
        versions[course.name] = version
        following = start_version(made, course.language, trainer)
        if course is USHIRIKIANO:
            propose(following, trainer)
    return versions


def _text(course: SampleCourse) -> VersionText:
    modules: list[ModuleText] = []
    plans: list[PlanText] = []
    for module in course.modules:
        made = ModuleText(new_public_id(), module.title, new=True)
        modules.append(made)
        plans.extend(
            PlanText(
                new_public_id(),
                made.public_id,
                plan.title,
                plan.minutes,
                objectives="\n".join(plan.objectives),
                method=plan.method,
                materials="\n".join(plan.materials),
                notes=plan.notes,
                new=True,
            )
            for plan in module.plans
        )
    return VersionText(
        course.public_title, course.language, course.summary, tuple(modules), tuple(plans)
    )
