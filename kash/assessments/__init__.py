"""Questions tied to what a course is to teach, tests of a workshop made from them, answers from
phones, paper and the trainer, and the gain between two tests."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("assessments", __name__)
