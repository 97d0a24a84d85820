"""Pages on which people move from one station or collective to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.forms.transfers import TransferForm
from kash.people.queries.organisations import organisations
from kash.people.queries.persons import person
from kash.people.queries.postings import MOST_AT_ONCE, PostedPerson, movable_from, movable_people
from kash.people.rules.one_group import one_group
from kash.people.services import postings
from kash.people.services.postings import SomeCannotMove
from kash.people.views.ticked import asked_group
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.formats import local_today
from kash.platform.web.missing import after_mending
from kash.policy import allow


@blueprint.route("/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer_many() -> ResponseReturnValue:
    """Move several people at once: those ticked in the list, or a whole station. Turning to the
    other group moves nobody."""
    actor = current_actor()
    station = request.values.get("station", "")[:16]
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))[: MOST_AT_ONCE + 1]
    # Nobody disappears from the page by being unticked.
    offered = list(dict.fromkeys([*request.form.getlist("offered"), *chosen]))
    offered = offered[: MOST_AT_ONCE + 1]
    people = movable_from(actor, station) if station else movable_people(actor, offered)
    if not station and len(people) != len(offered):
        # More than can be moved at once, or somebody out of reach.
        raise NotFound
    form = TransferForm(since=local_today())
    places = organisations()
    form.offer([place for place in places if place.public_id != station])
    sent = request.form.get("step") == "move"
    moving = sent and "group" not in request.form
    ticked = set(chosen) if chosen or sent else {one.public_id for one in people}
    errors: dict[str, str] = {}
    # The list posts only who was ticked; the page itself says when it is sent.
    if moving and form.validate_on_submit():
        if not ticked & {one.public_id for one in people}:
            form.mark_wrong(form.organisation, _("Tick who moves."))
        else:
            with form.showing_problems(organisation=SomeCannotMove):
                moved = postings.transfer_many(
                    [one.public_id for one in people if one.public_id in ticked],
                    form.organisation.data,
                    form.since.data or local_today(),
                    today=local_today(),
                    by=actor,
                )
                flash(_("People moved: %(number)s", number=moved))
                return redirect(url_for("people.index", organisation=form.organisation.data), 303)
            if isinstance(form.problem, SomeCannotMove):
                errors = {one.person: one.sentence for one in form.problem.errors}
    return page(
        "people/transfer_many.html",
        form=form if moving else None,
        fields=form,
        sending=sent,
        people=people,
        shown=one_group(people, attrgetter("letter"), _letter(people, errors)),
        ticked=ticked,
        errors=errors,
        station=station,
        stations=[("", _("Choose")), *((place.public_id, place.name) for place in places)],
    )


def _letter(people: Sequence[PostedPerson], errors: Mapping[str, str]) -> str:
    """The letter of the group to show: one in which somebody cannot be moved, if the one that was
    asked for has nobody such."""
    asked = asked_group()
    wrong = [one.letter for one in people if one.public_id in errors]
    return asked if not wrong or asked in wrong else wrong[0]


@blueprint.route("/<public_id>/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer(public_id: str) -> ResponseReturnValue:
    """Move a person to another station or collective."""
    found = person(current_actor(), public_id, "people.edit")
    posting = found.present_posting
    there = posting.organisation_id if posting is not None else None
    form = TransferForm(since=local_today())
    form.offer([place for place in organisations() if place.id != there])
    if form.validate_on_submit():
        with form.showing_problems():
            postings.transfer(
                public_id,
                form.organisation.data,
                form.since.data or local_today(),
                today=local_today(),
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(after_mending(url_for("people.person", public_id=public_id)))
    return page("people/transfer.html", form=form, person=found, posting=posting)
