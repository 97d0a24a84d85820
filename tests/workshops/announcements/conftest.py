"""A workshop ahead whose people can be told, and a gateway of one's own."""

from tests.people.notices.conftest import gateway, someone
from tests.workshops.conftest import plan

__all__ = ["gateway", "plan", "someone"]
