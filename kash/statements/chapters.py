"""Chapters of the handbook that tell about statements."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "statements": {
            Role.DIRECTOR: "monitoring#figures-for-funders",
            Role.MONITORING: "monitoring#figures-for-funders",
            Role.FUNDER: "figures#what-a-funder-is-sent",
        }
    }
)
