"""Page of who opened or changed what is kept of a person."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.people import blueprint, words
from kash.people.queries import trail as trail_queries
from kash.people.queries.persons import person
from kash.people.tables import PERSON_TRAIL_COLUMNS, TrailLine
from kash.platform.vault.models import AuditEntry
from kash.platform.web import current_actor
from kash.platform.web.account_names import account_names
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow


@blueprint.get("/<public_id>/trail")
@allow("people.trail")
@offers_table("trail", names=True)
def trail(public_id: str) -> ResponseReturnValue:
    """Everything that was done about a person; she sees it too."""
    found = person(current_actor(), public_id, "people.trail")
    entries = trail_queries.trail(found.public_id)
    if is_taken():
        return taken(entries.turned(_lines), PERSON_TRAIL_COLUMNS)
    return render_template(
        "people/trail.html",
        person=found,
        listing=entries,
        names=account_names({one.actor for one in entries}),
        said=words.trail_text,
    )


def _lines(entries: Sequence[AuditEntry]) -> list[TrailLine]:
    names = account_names({one.actor for one in entries})
    return [(one, names.get(one.actor, "")) for one in entries]
