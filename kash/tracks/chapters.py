"""Chapters of the handbook that tell about tracks."""

from __future__ import annotations

from kash.handbook.places import Chapters, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "tracks": peers(
            "peer-educator#your-track",
            {
                Role.TRAINER: "trainer#tracks",
                Role.DIRECTOR: "director#publish-a-track",
                Role.MONITORING: "monitoring#who-stands-where-on-a-track",
            },
        ),
    }
)
