"""A course, two trainers and the director who grants what they may do."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from kash.attendance.models import Slot
from kash.certificates.models import TrainerSkill
from kash.certificates.skills.queries import suggestions, taught_by
from kash.certificates.skills.services import SkillDetails, grant
from kash.platform.database import db, utc_now
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.services.planning import plan_workshop
from tests.workshops.conftest import details, make_version


@dataclass
class Team:
    """A course, two trainers and the director."""

    version: str
    course: str
    course_id: int
    atieno: Actor
    juma: Actor
    director: Actor

    @property
    def today(self) -> date:
        return local_today()

    def skill(self, level: str = "co_teach", **given: object) -> SkillDetails:
        entered: dict[str, object] = {
            "course": self.course,
            "level": level,
            "since": self.today - timedelta(days=300),
            "evidence": "certificate",
            "note": "Training of trainers",
        }
        return SkillDetails(**(entered | given))  # type: ignore[arg-type]

    def grant(self, trainer: Actor, level: str = "co_teach", **given: object) -> str:
        db.session.rollback()
        return grant(trainer.public_id, self.skill(level, **given), by=self.director)

    def plan(self, ago: int, *team: Actor, confirmed: bool = True) -> str:
        """A workshop of one day that these taught, the first as its lead."""
        db.session.rollback()
        day = self.today - timedelta(days=ago)
        team_ids = [one.public_id for one in team]
        made = plan_workshop(
            self.version, details(starts_on=day, ends_on=day, facilitators=team_ids), team[0]
        )
        if confirmed:
            self.confirm(made)
        return made

    def confirm(self, workshop: str) -> None:
        register = (
            db.session.query(Workshop.register_id).filter_by(public_id=workshop).scalar_subquery()
        )
        db.session.execute(
            update(Slot)
            .where(Slot.register_id == register)
            .values(
                closed_at=utc_now(),
                closed_by=self.atieno.public_id,
                confirmed_at=utc_now(),
                confirmed_by=self.director.public_id,
            )
        )
        db.session.commit()

    def titles(self, trainer: Actor) -> int:
        return len(taught_by(trainer.account_id or 0, self.today))

    def suggested(self) -> list[tuple[str, int]]:
        db.session.rollback()
        return [(one.name, one.taught) for one in suggestions(self.today)]

    def rows(self, trainer: Actor) -> list[tuple[str, str, str]]:
        db.session.rollback()
        return [
            (one.level, one.ended_how, one.ended_because)
            for one in db.session.query(TrainerSkill)
            .filter_by(account_id=trainer.account_id)
            .order_by(TrainerSkill.id)
        ]


@pytest.fixture
def team(app, actor):
    version = make_version()
    found = db.session.query(CourseVersion).filter_by(public_id=version).one()
    course, course_id = found.course.public_id, found.course_id
    db.session.rollback()
    return Team(
        version,
        course,
        course_id,
        actor("trainer", name="Atieno"),
        actor("trainer", name="Juma"),
        actor("director", name="Subira"),
    )
