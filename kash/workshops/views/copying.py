"""Many people at once: the ticked of those who were found, and people of another workshop."""

from __future__ import annotations

from operator import attrgetter

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.rules.one_group import one_group
from kash.platform.web import NotFound, current_actor, page
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.list_step import LEFT_OUT
from kash.workshops.queries.earlier import earlier_told
from kash.workshops.queries.people import people_in, states_in
from kash.workshops.queries.plan import own_workshops_beside
from kash.workshops.queries.scope import own_workshop
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.enrolment import enrol_all

_MOST = 500


@blueprint.post("/<public_id>/people/chosen")
@allow("workshops.edit")
def enrol_chosen(public_id: str) -> ResponseReturnValue:
    """Enrol or invite everybody who was ticked."""
    actor = current_actor()
    own_workshop(public_id, actor, "workshops.edit")
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))
    wanted = (
        EnrolmentState.INVITED if request.form.get("as") == "invited" else EnrolmentState.CONFIRMED
    )
    if not chosen:
        flash(_("Tick the people who are to be enrolled."), "warn")
        return redirect(url_for("workshops.people", public_id=public_id), code=303)
    if len(chosen) > _MOST:
        flash(
            _(
                "Nobody was enrolled. People who can be ticked at once are at most: %(most)s.",
                most=_MOST,
            ),
            "bad",
        )
        return redirect(url_for("workshops.people", public_id=public_id), code=303)
    done = enrol_all(public_id, [one[:16] for one in chosen], actor, wanted)
    flash(
        _(
            "Done for: %(done)s. On the waiting list: %(waiting)s. Left out: %(left)s.",
            done=done.seated,
            waiting=done.waiting,
            left=done.left_out,
        )
    )
    if done.left_out:
        flash(LEFT_OUT, "warn")
    return redirect(url_for("workshops.people", public_id=public_id, state=str(wanted)), code=303)


@blueprint.route("/<public_id>/people/copy", methods=["GET", "POST"])
@allow("workshops.edit")
def copy_people(public_id: str) -> ResponseReturnValue:
    """Choose another workshop that this actor runs, then tick who of it is enrolled here too. What
    is ticked is posted while one turns from one group to the other, and nothing is done yet."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    source = request.args.get("source", "")
    if not source:
        text = request.args.get("search", "").strip()[:160]
        return page(
            "workshops/copy_people.html",
            workshop=workshop,
            listing=own_workshops_beside(workshop, actor, text),
            search=text,
            source=None,
        )
    other = own_workshop(source, actor, "workshops.edit")
    if other.id == workshop.id:
        raise NotFound
    people, here = people_in(other, [EnrolmentState.CONFIRMED]), states_in(workshop)
    free = {one.person for one in people if not one.minor and one.person not in here}
    shown = one_group(people, attrgetter("letter"), request.values.get("group", ""))
    return page(
        "workshops/copy_people.html",
        workshop=workshop,
        source=other,
        shown=shown,
        earlier=earlier_told(workshop, {one.person for one in shown.rows}),
        here=here,
        free=free,
        ticked=free.intersection(request.form.getlist("chosen"))
        if request.method == "POST"
        else free,
    )
