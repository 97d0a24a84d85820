"""Workshops for programs."""

from __future__ import annotations

from typing import Any

from kash.api.endpoints import endpoints, needs
from kash.api.queries.workshops import sessions_of, workshops_after
from kash.api.schemas.workshops import WorkshopInFull, WorkshopsAsked, WorkshopsTold
from kash.api.scopes import WORKSHOPS
from kash.api.views.asked import day_asked, moment_asked
from kash.api.views.paged import next_page
from kash.platform.web import current_actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import workshop_with_people


@endpoints.get("/workshops")
@needs(WORKSHOPS)
@endpoints.input(WorkshopsAsked, location="query", arg_name="asked")
@endpoints.output(WorkshopsTold)
@endpoints.doc(operation_id="listWorkshops", tags=["Workshops"])
def list_workshops(asked: WorkshopsAsked) -> dict[str, Any]:
    """Workshops, by id."""
    found = workshops_after(
        current_actor(),
        asked.after,
        asked.limit,
        day_asked("first", asked.first),
        day_asked("last", asked.last),
        moment_asked("changed_since", asked.changed_since),
    )
    return {
        "items": [_told(one) for one in found.rows],
        "next": next_page(asked, found.rows[-1].public_id if found.rows else "", more=found.more),
    }


@endpoints.get("/workshops/<public_id>")
@needs(WORKSHOPS)
@endpoints.output(WorkshopInFull)
@endpoints.doc(operation_id="readWorkshop", tags=["Workshops"])
def read_workshop(public_id: str) -> dict[str, Any]:
    """One workshop with its sessions."""
    found = workshop_with_people(public_id, current_actor(), "workshops.see")
    return _told(found) | {
        "sessions": [
            {
                "slot": one.slot.public_id,
                "title": one.title,
                "starts_at": one.slot.starts_at,
                "minutes": one.slot.minutes,
                "closed": one.slot.closed_at is not None,
            }
            for one in sessions_of(found)
        ]
    }


def _told(found: Workshop) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "title": found.version.public_title,
        "course": found.version.course.public_id,
        "language": found.version.language,
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "state": found.state,
        "venue": None if found.venue is None else found.venue.name,
        "changed_at": found.changed_at,
    }
