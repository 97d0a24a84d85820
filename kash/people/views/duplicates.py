"""People who may be the same, and people who are not."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, words
from kash.people.queries import duplicates as duplicates_queries
from kash.people.queries.duplicates import (
    facts_of,
    last_sweep,
    likely_duplicate,
    likely_duplicates,
    mergeable,
    told_apart_pair,
)
from kash.people.rules.matching import Reason
from kash.people.services.duplicates import ask_for_sweep
from kash.people.services.not_duplicates import mark_distinct, withdraw_distinct
from kash.platform.web import current_actor
from kash.policy import allow


@blueprint.get("/duplicates")
@allow("people.merge")
def duplicates() -> ResponseReturnValue:
    """Pairs that may be one person, the likeliest first."""
    actor = current_actor()
    reason = request.args.get("reason", "")
    if reason not in set(Reason):
        reason = ""
    listing = likely_duplicates(actor, reason)
    people = {each.public_id for pair in listing for each in (pair.first, pair.second)}
    return render_template(
        "people/duplicates.html",
        listing=listing,
        facts=facts_of(actor, people),
        mergeable=mergeable(actor, people),
        reason=reason,
        reasons=[
            (str(each), said) for each, said in words.REASON.items() if not Reason(each).against
        ],
        words=words,
        sweep=last_sweep(),
    )


@blueprint.post("/duplicates/look")
@allow("people.merge")
def look_for_duplicates() -> ResponseReturnValue:
    """Have the worker look through everyone."""
    ask_for_sweep(current_actor())
    return redirect(url_for("people.duplicates"), 303)


@blueprint.post("/duplicates/<pair_id>/apart")
@allow("people.merge")
def tell_apart(pair_id: str) -> ResponseReturnValue:
    """They are two people: never proposed again."""
    pair = likely_duplicate(current_actor(), pair_id)
    mark_distinct(pair.first.public_id, pair.second.public_id, current_actor())
    flash(_("Remembered. They are not proposed again."))
    return redirect(url_for("people.duplicates"), 303)


@blueprint.get("/duplicates/apart")
@allow("people.merge")
def told_apart() -> ResponseReturnValue:
    """Pairs of whom somebody said that they are two people."""
    actor = current_actor()
    return render_template("people/told_apart.html", listing=duplicates_queries.told_apart(actor))


@blueprint.post("/duplicates/apart/<pair_id>/back")
@allow("people.merge")
def take_back_apart(pair_id: str) -> ResponseReturnValue:
    """They may be one after all."""
    told_apart_pair(current_actor(), pair_id)
    withdraw_distinct(pair_id, current_actor())
    flash(_("Taken back. The next look through everyone may propose them."))
    return redirect(url_for("people.told_apart"), 303)
