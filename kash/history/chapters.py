"""The chapter of the handbook that tells about earlier trainings."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters({"history": {Role.TRAINER: "trainer#earlier-trainings"}})
