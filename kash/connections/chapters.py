"""Chapters of the handbook that tell about connections."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "connections": dict.fromkeys(
            (Role.ADMINISTRATOR, Role.DIRECTOR, Role.MONITORING), "connections"
        )
    }
)
