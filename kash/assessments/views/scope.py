"""Scope of the actor here: the workshops whose tests she sees, and those whose tests she holds."""

from __future__ import annotations

from kash.assessments.models import WorkshopTest
from kash.assessments.queries.tests import one_test
from kash.platform.web import current_actor
from kash.policy import Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop, runs, workshop_with_people


def seen_workshop(public_id: str) -> Workshop:
    """A workshop whose tests the actor may see. Raises NotFound and Forbidden."""
    actor = current_actor()
    if actor.reach("assessments.see") is Reach.ALL:
        return workshop_with_people(public_id, actor, "assessments.see")
    return own_workshop(public_id, actor, "assessments.see")


def held_by_her(public_id: str) -> Workshop:
    """A workshop whose tests the actor holds. Raises NotFound and Forbidden."""
    return own_workshop(public_id, current_actor(), "assessments.hold")


def holds(found: Workshop) -> bool:
    """True if the actor holds the tests of a workshop."""
    return runs(current_actor(), found, "assessments.hold")


def seen_test(public_id: str, test_id: str) -> tuple[Workshop, WorkshopTest]:
    """A workshop whose tests the actor may see, and one of them."""
    found = seen_workshop(public_id)
    return found, one_test(found, test_id)


def own_test(public_id: str, test_id: str) -> tuple[Workshop, WorkshopTest]:
    """A workshop whose tests the actor holds, and one of them."""
    found = held_by_her(public_id)
    return found, one_test(found, test_id)
