"""The sample's skills: who may lead and co-teach, one that was ended, and one to decide on."""

from __future__ import annotations

from datetime import date, timedelta

from kash.demo.accounts import DIRECTOR, SECOND_TRAINER, TRAINER
from kash.demo.curriculum import WORKING_TOGETHER
from kash.demo.curriculum_swahili import USHIRIKIANO
from kash.policy import Actor
from kash.skills.services import SkillDetails, defer, end_skill, grant
from kash.training.queries import all_courses


def grant_skills(actors: dict[str, Actor], today: date) -> None:
    """Skills of both trainers. The second has co-taught a course twice since she was assessed."""
    director, first, second = actors[DIRECTOR.key], actors[TRAINER.key], actors[SECOND_TRAINER.key]
    courses = {name: public_id for public_id, name in all_courses()}
    together, ushirikiano = courses[WORKING_TOGETHER.name], courses[USHIRIKIANO.name]
    [other, *_others] = (one for one in courses.values() if one not in (together, ushirikiano))
    long_ago, of_late = today - timedelta(days=700), today - timedelta(days=160)

    def give(trainer: Actor, course: str, level: str, assessor: Actor) -> None:
        details = SkillDetails(
            course, level, of_late, "assessed", assessor.public_id, of_late - timedelta(days=2)
        )
        grant(trainer.public_id, details, by=director)

    note = "Training of trainers, Sample Institute, two years ago"
    lead = SkillDetails(together, "lead", long_ago, "certificate", note=note)
    grant(first.public_id, lead, by=director)
    give(second, together, "co_teach", first)
    give(second, ushirikiano, "lead", director)
    give(first, ushirikiano, "co_teach", second)
    sat_in = SkillDetails(other, "observe", long_ago, "certificate", note="Course of another town")
    ended = grant(second.public_id, sat_in, by=director)
    end_skill(second.public_id, ended, "Has not sat in for two years.", by=director)
    defer(second.public_id, other, "Wants to see it held once more.", by=director)
