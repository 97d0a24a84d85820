"""Links of a course's page besides its versions. A room that stands above declares its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from kash.feature import Part, declared
from kash.platform.web import current_actor


@dataclass(frozen=True)
class CourseLink(Part):
    """A page about a course: its endpoint takes the course's `public_id`."""

    label: Any
    endpoint: str
    icon: str
    permission: str


def course_links(public_id: str) -> list[dict[str, Any]]:
    """The pages about a course that the present actor may open: label, url and icon."""
    actor = current_actor()
    return [
        {
            "label": link.label,
            "url": url_for(link.endpoint, public_id=public_id),
            "icon": link.icon,
        }
        for link in declared(CourseLink)
        if actor.may(link.permission)
    ]
