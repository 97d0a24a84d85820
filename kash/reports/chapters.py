"""Chapters of the handbook that tell about reports."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "reports": {
            Role.TRAINER: "trainer#the-workshop-report",
            Role.DIRECTOR: "director#people-workshops-attendance",
            Role.MONITORING: "monitoring#the-workshop-report",
        },
    }
)
