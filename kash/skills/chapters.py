"""Chapters of the handbook that tell about skills."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "skills": {
            Role.TRAINER: "trainer#who-may-teach-what",
            Role.DIRECTOR: "director#who-may-teach-what",
            Role.MONITORING: "monitoring#what-you-see",
        },
    }
)
