"""Chapters of the handbook that tell about coverage."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "coverage": {
            Role.DIRECTOR: "director#who-is-trained-where",
            Role.TRAINER: "trainer#who-is-trained-where",
            Role.MONITORING: "monitoring#who-is-trained-where",
        },
    }
)
