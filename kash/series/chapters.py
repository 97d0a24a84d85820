"""Chapters of the handbook that tell about series."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "series": {
            Role.TRAINER: "trainer#series",
            Role.DIRECTOR: "director#forums",
        },
    }
)
