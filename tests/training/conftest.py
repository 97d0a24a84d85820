"""A course with a draft that has something in it."""

from dataclasses import dataclass, replace

import pytest

from kash.platform.database import db, new_public_id
from kash.policy import SYSTEM
from kash.training.models import CourseVersion
from kash.training.queries import version_with_plans
from kash.training.rules.courses import ModuleText, PlanText, RowText, SessionText, VersionText
from kash.training.services.courses import (
    add_course,
    propose,
    publish,
    write_session,
    write_version,
)

ANOTHER = replace(SYSTEM, public_id=new_public_id())
"""Nobody publishes what she proposed."""


@dataclass(frozen=True)
class Draft:
    """Public ids of a course, its draft, two modules, and of three plans (two in the first)."""

    course: str
    version: str
    modules: tuple[str, str]
    plans: tuple[str, str, str]

    def now(self) -> CourseVersion:
        """The version as it is saved now."""
        db.session.rollback()
        return version_with_plans(self.version)

    def outline(self) -> list[tuple[str, list[str]]]:
        """Titles of modules and their plans, in order."""
        return [
            (module.title, [plan.title for plan in module.plans]) for module in self.now().modules
        ]


@pytest.fixture
def draft(app):
    """A draft that was written twice: its outline, and one session."""
    course, version = add_course(
        "Working together", "Everyone", "Basic", public_title="Listening", language="en", by=SYSTEM
    )
    modules = (new_public_id(), new_public_id())
    plans = (new_public_id(), new_public_id(), new_public_id())
    text = VersionText(
        "en",
        {"public_title": "Listening", "summary": "Two days."},
        (ModuleText(modules[0], "First", new=True), ModuleText(modules[1], "Second", new=True)),
        (
            PlanText(plans[0], modules[0], "Opening", 45, new=True),
            PlanText(plans[1], modules[0], "Pairs", 90, new=True),
            PlanText(plans[2], modules[1], "Closing", 30, new=True),
        ),
    )
    write_version(version, text, 1, SYSTEM)
    write_session(
        version,
        plans[1],
        SessionText(
            {"notes": "Only-for-her"},
            (
                RowText("objective", new_public_id(), {"text": "Repeats what she heard"}),
                RowText("step", new_public_id(), {"to_do": "In pairs", "to_say": "Her-words"}),
            ),
        ),
        1,
        by=SYSTEM,
    )
    return Draft(course, version, modules, plans)


@pytest.fixture
def published(draft):
    """The same, published."""
    propose(draft.version, SYSTEM)
    publish(draft.version, ANOTHER)
    return draft
