"""Chapters of the handbook that tell about accounts of funders."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "funders": {
            Role.ADMINISTRATOR: "administrator#accounts-of-funders",
            Role.DIRECTOR: "administrator#accounts-of-funders",
        },
    }
)
