"""Courses, each with a version that was published and a draft of the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.load.rows import Rows
from kash.platform.database import new_public_id
from kash.training.models import Course, CourseVersion, Module, PlanRow, SessionPlan

_TOPICS = (
    "Rights and the law", "First response", "Safety at work", "Mediation", "Reproductive health",
    "Referral", "Reporting", "Working together", "Peer education", "Refresher",
)  # fmt: skip
_MODULES, _PLANS = 4, 3
_ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("objective", {"text": "Name three things"}),
    ("objective", {"text": "Tell a friend about one"}),
    ("objective", {"text": "Say whom to call"}),
    ("step", {"minutes": 15, "method": "group_work", "to_do": "Work in groups of four."}),
    ("step", {"minutes": 30, "method": "discussion", "to_do": "Tell all what was found."}),
    ("key_message", {"text": "Whoever is arrested is told why."}),
    ("material", {"text": "Flip chart"}),
    ("material", {"text": "Markers"}),
)


@dataclass(frozen=True)
class AVersion:
    """A published version that workshops can be made from."""

    key: int
    public_title: str
    plans: tuple[tuple[int, str], ...]
    course: int = 0


def load_courses(rows: Rows, count: int, author: str, now: datetime) -> list[AVersion]:
    """`count` courses; returns their published versions."""
    published = []
    for number in range(count):
        topic = _TOPICS[number % len(_TOPICS)]
        course = rows.add(
            Course, name=f"{topic} {number // len(_TOPICS) + 1}", audience="Both groups"
        )
        for version in (1, 2):
            made = _version(rows, course, version, topic, author, now)
            if version == 1:
                published.append(made)
    return published


def _version(
    rows: Rows, course: int, number: int, topic: str, author: str, now: datetime
) -> AVersion:
    is_published = number == 1
    key = rows.add(
        CourseVersion,
        course_id=course,
        number=number,
        language="en",
        public_title=f"Community course: {topic.lower()}",
        summary="What the course is for and whom it is for, in a few sentences.",
        state="published" if is_published else "draft",
        proposed_by=author if is_published else None,
        published_by=new_public_id() if is_published else None,
        published_at=now - timedelta(days=1050) if is_published else None,
        created_at=now - timedelta(days=1060 if is_published else 20),
    )
    plans = []
    for module in range(1, _MODULES + 1):
        module_key = rows.add(Module, version_id=key, position=module, title=f"Part {module}")
        for place in range(1, _PLANS + 1):
            title = f"{topic}, step {module}.{place}"
            plan = rows.add(
                SessionPlan,
                module_id=module_key,
                position=place,
                title=title,
                minutes=(60, 90, 45)[place - 1],
                notes="Begin with a round. Leave time for questions; nobody has to answer.",
            )
            for position, (kind, said) in enumerate(_ROWS, 1):
                rows.add(PlanRow, plan_id=plan, kind=kind, position=position, **said)
            plans.append((plan, title))
    return AVersion(key, f"Community course: {topic.lower()}", tuple(plans), course)
