"""Chapters of the handbook that tell about courses."""

from __future__ import annotations

from kash.handbook.places import OFFICER, Chapters, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "training": peers(
            "peer-educator#what-you-see",
            {
                Role.TRAINER: "trainer#write-a-course",
                Role.DIRECTOR: "director#publish-a-course",
                Role.MONITORING: "monitoring#what-you-see",
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
            },
        ),
    }
)
