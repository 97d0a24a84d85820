"""Chapters of the handbook that tell about questions and tests."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "assessments": {
            Role.TRAINER: "trainer#questions-and-tests",
            Role.DIRECTOR: "director#people-workshops-attendance",
            Role.MONITORING: "monitoring#what-was-learned",
        },
    }
)
