"""Chapters of the handbook that tell about DHIS2."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters({"dhis2": {Role.MONITORING: "connections#dhis2"}})
