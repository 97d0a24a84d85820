"""Chapters of the handbook that tell about DHIS2."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

_LEFT = "monitoring#figures-for-funders"
CHAPTERS = Chapters(
    {
        "dhis2": {Role.MONITORING: "connections#dhis2"},
        "dhis2.left": {Role.DIRECTOR: _LEFT, Role.MONITORING: _LEFT},
    }
)
