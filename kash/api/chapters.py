"""Chapters of the handbook that tell about tokens."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

_WHO = (Role.ADMINISTRATOR, Role.DIRECTOR, Role.TRAINER, Role.MONITORING)
CHAPTERS = Chapters({"api": dict.fromkeys(_WHO, "api")})
