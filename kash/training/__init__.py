"""Curriculum: courses, their versions, modules and session plans. A version is drafted on one page,
published by a director, and from then on never changes."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("training", __name__, url_prefix="/courses")
