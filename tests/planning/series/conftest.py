"""Workshops and forums, as their own tests make them."""

from tests.forums.conftest import person, series
from tests.workshops.conftest import held, plan

__all__ = ["held", "person", "plan", "series"]
