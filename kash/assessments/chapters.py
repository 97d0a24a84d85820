"""Chapters of the handbook that tell about questions and tests."""

from __future__ import annotations

from kash.handbook.places import Chapters, each
from kash.policy import Role

CHAPTERS = Chapters(
    {
        **each(
            "assessments",
            "phone phone_leave phone_worker",
            "signing-in#answer-a-test-without-an-account",
        ),
        **each(
            "assessments",
            "workshop make choose test remove wall results grid aloud scores practice tell"
            " delete_words",
            {
                Role.TRAINER: "trainer#tests-of-a-workshop",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-was-learned",
            },
        ),
        "assessments": {
            Role.TRAINER: "trainer#questions-and-tests",
            Role.DIRECTOR: "director#people-workshops-attendance",
            Role.MONITORING: "monitoring#what-was-learned",
        },
    }
)
