"""Chapters of the handbook that tell about indicators."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "indicators": {
            Role.DIRECTOR: "director#how-many-people-and-what-for",
            Role.TRAINER: "trainer#how-many-people-came",
            Role.MONITORING: "monitoring#indicators-and-targets",
        },
    }
)
