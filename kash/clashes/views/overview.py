"""All clashes ahead."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kash.clashes import blueprint
from kash.clashes.advice import address_of
from kash.clashes.queries.naming import names_for
from kash.clashes.queries.overview import clashes_ahead, events_of
from kash.clashes.rules.kinds import SAFETY, ClashKind
from kash.clashes.tables import CLASH_COLUMNS, ClashLine
from kash.clashes.words import KIND, REASON, sentence
from kash.platform.web import current_actor
from kash.platform.web.formats import local_today
from kash.platform.web.lists import FEWER_ROWS, paged
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow


@blueprint.get("")
@allow("clashes.see")
@offers_table("clashes")
def index() -> ResponseReturnValue:
    """Clashes from today on: of all workshops, or of one's own, and of one kind."""
    actor = current_actor()
    kind = _kind(request.args.get("kind", ""))
    mine = request.args.get("mine") == "1" and actor.may("workshops.edit")
    today = local_today()
    ahead = clashes_ahead(actor, today, kind=kind, mine=mine)
    listing = paged(ahead.clashes, per_page=FEWER_ROWS)
    events = events_of(listing, actor, today)
    names = names_for(listing, events)
    lines: list[ClashLine] = [
        (
            clash,
            sentence(clash, names),
            [(events[one].title, address_of(names, one)) for one in clash.events if one in events],
        )
        for clash in listing
    ]
    if is_taken():
        return taken(lines, CLASH_COLUMNS)
    return render_template(
        "clashes/index.html",
        listing=listing,
        lines=lines,
        counts=ahead.counts,
        kinds=KIND,
        reasons=REASON,
        safety=SAFETY,
        refused=ahead.rules.refused,
        chosen=kind,
        mine=mine,
        runs=actor.may("workshops.edit"),
    )


def _kind(text: str) -> ClashKind | None:
    return next((one for one in ClashKind if one == text), None)
