"""Trainings that people had before this programme's records, brought in from an export of
TrainSMART. They stand on a person's page, and are counted in nothing."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("history", __name__, url_prefix="/history")
