"""Figures that were sent."""

from __future__ import annotations

from tests.figures.statements.conftest import Programme, held, programme  # noqa: F401
