"""Chapters of the handbook that tell about evaluations."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "evaluations.answer": "signing-in#answer-what-you-thought-without-an-account",
        "evaluations": {
            Role.TRAINER: "trainer#evaluations",
            Role.DIRECTOR: "director#people-workshops-attendance",
            Role.MONITORING: "monitoring#what-evaluations-tell",
        },
    }
)
