"""Chapters of the handbook that tell about archives."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "archive": {
            Role.ADMINISTRATOR: "administrator#take-everything-along",
            Role.DIRECTOR: "director#take-everything-along",
        },
    }
)
