"""Chapters of the handbook that tell about absences and venues."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "absences": {
            Role.TRAINER: "trainer#when-you-are-away",
            Role.DIRECTOR: "director#who-is-away-and-venues",
        },
        "venues": {
            Role.TRAINER: "trainer#venues",
            Role.DIRECTOR: "director#who-is-away-and-venues",
            Role.MONITORING: "monitoring#what-you-see",
            Role.ADMINISTRATOR: "administrator#settings",
        },
    }
)
