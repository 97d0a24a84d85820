"""Chapters of the handbook that tell about forms of KoboToolbox."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "kobo": {Role.TRAINER: "trainer#forms-of-kobotoolbox"},
        "sealed_forms": {
            Role.DOCUMENTATION: "documentation-officer#forms-that-phones-encrypt",
            Role.CUSTODIAN: "documentation-officer#forms-that-phones-encrypt",
        },
    }
)
