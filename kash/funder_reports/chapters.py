"""Chapters of the handbook that tell about reports to funders."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "funder_reports": {
            Role.DIRECTOR: "director#reports-to-funders",
            Role.MONITORING: "monitoring#reports-to-funders",
            Role.FUNDER: "figures#what-a-funder-is-sent",
        },
    }
)
