"""Chapters of the handbook that tell about feeds."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "feeds": "signing-in#your-calendar-on-your-phone",
        "feeds.venues": {
            Role.TRAINER: "trainer#plan-a-workshop",
            Role.DIRECTOR: "director#people-workshops-attendance",
        },
    }
)
