"""A workshop with people, as the tests of workshops make it."""

from tests.workshops.conftest import held, plan

__all__ = ["held", "plan"]
