"""Scope of the actor here: the workshops and steps that she may touch."""

from __future__ import annotations

from kash.platform.web import current_actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import runs, workshop_with_people


def staff_workshop(public_id: str) -> Workshop:
    """A workshop whose certificates the actor may see as staff, not as a participant."""
    return workshop_with_people(public_id, current_actor(), "certificates.see")


def organises(found: Workshop) -> bool:
    """True if the actor proposes certificates here."""
    return runs(current_actor(), found, "certificates.propose")
