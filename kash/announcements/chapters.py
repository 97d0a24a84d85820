"""Chapters of the handbook that tell about announcements."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters({"announcements": {Role.TRAINER: "trainer#tell-the-people-of-a-workshop"}})
