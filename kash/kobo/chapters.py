"""Chapters of the handbook that tell about forms of KoboToolbox."""

from __future__ import annotations

from kash.handbook.places import Chapters, each
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "kobo": {Role.TRAINER: "trainer#forms-of-kobotoolbox"},
        **each(
            "kobo",
            "marks choose take bring_marks attendance_server",
            {Role.TRAINER: "trainer#attendance-from-kobotoolbox"},
        ),
        "sealed_forms": {
            Role.DOCUMENTATION: "documentation-officer#forms-that-phones-encrypt",
            Role.CUSTODIAN: "documentation-officer#forms-that-phones-encrypt",
        },
    }
)
