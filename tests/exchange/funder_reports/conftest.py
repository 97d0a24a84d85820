"""Figures that were sent."""

from tests.figures.statements.conftest import Programme, held, programme  # noqa: F401
