"""People of a workshop who are expected in two places."""

from __future__ import annotations

from operator import attrgetter

from flask import render_template, request

from kash.clashes import blueprint
from kash.clashes.advice import address_of
from kash.clashes.queries.naming import ClashNames
from kash.clashes.queries.people import people_twice
from kash.people.rules.one_group import one_group
from kash.platform.web import current_actor
from kash.policy import allow
from kash.workshops.queries.scope import workshop_with_people


@blueprint.get("/workshops/<public_id>/people")
@allow("clashes.see")
def people(public_id: str) -> str:
    """People of a workshop who are expected elsewhere at the same time, one group at a time."""
    actor = current_actor()
    workshop = workshop_with_people(public_id, actor, "workshops.see")
    found, events = people_twice(workshop, actor)
    names = ClashNames(events=events)
    return render_template(
        "clashes/people.html",
        workshop=workshop,
        shown=one_group(found, attrgetter("letter"), request.args.get("group", "")),
        titles={key: event.title for key, event in events.items()},
        addresses={one.event: address_of(names, one.event) for one in found},
    )
