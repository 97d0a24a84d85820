"""Chapters of the handbook that tell about quarters."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "quarters": {
            Role.TRAINER: "trainer#plan-a-quarter",
            Role.DIRECTOR: "director#what-you-see-of-a-quarter",
        },
    }
)
