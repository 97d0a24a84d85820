"""Pages on which people move from one station or collective to another."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, queries, services
from kash.people.forms import TransferForm
from kash.policy import allow
from kash.web import NotFound, current_actor, page
from kash.web.formats import local_today


@blueprint.route("/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer_many() -> ResponseReturnValue:
    """Move several people at once: those ticked in the list, or a whole station."""
    actor = current_actor()
    station = request.values.get("station", "")[:16]
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))[: queries.MOST_AT_ONCE + 1]
    people = (
        queries.movable_from(actor, station) if station else queries.movable_people(actor, chosen)
    )
    if not station and len(people) != len(chosen):
        # More than can be moved at once, or somebody out of reach.
        raise NotFound
    form = TransferForm(since=local_today())
    places = queries.organisations()
    form.offer([place for place in places if place.public_id != station])
    ticked = set(chosen) if chosen else {one.public_id for one in people}
    errors: dict[str, str] = {}
    # The list posts only who was ticked; the page itself says when it is sent.
    if request.form.get("step") == "move" and form.validate_on_submit():
        if not ticked & {one.public_id for one in people} or not chosen:
            form.organisation.errors = [_("Tick who moves.")]
        else:
            try:
                moved = services.transfer_many(
                    [one.public_id for one in people if one.public_id in ticked],
                    form.organisation.data,
                    form.since.data or local_today(),
                    today=local_today(),
                    by=actor,
                )
            except services.UnknownOrganisation as problem:
                form.organisation.errors = [str(problem)]
            except services.SomeCannotMove as problem:
                errors = {one.person: one.sentence for one in problem.errors}
                form.organisation.errors = [str(problem)]
            else:
                flash(_("People moved: %(number)s", number=moved))
                return redirect(url_for("people.index", organisation=form.organisation.data), 303)
    return page(
        "people/transfer_many.html",
        form=form if request.form.get("step") == "move" else None,
        shown=form,
        people=people,
        ticked=ticked,
        errors=errors,
        station=station,
        stations=[("", _("Choose")), *((place.public_id, place.name) for place in places)],
    )


@blueprint.route("/<public_id>/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer(public_id: str) -> ResponseReturnValue:
    """Move a person to another station or collective."""
    found = queries.person(current_actor(), public_id, "people.edit")
    posting = next((each for each in found.postings if each.until is None), None)
    there = posting.organisation_id if posting is not None else None
    form = TransferForm(since=local_today())
    form.offer([place for place in queries.organisations() if place.id != there])
    if form.validate_on_submit():
        try:
            services.transfer(
                public_id,
                form.organisation.data,
                form.since.data or local_today(),
                today=local_today(),
                by=current_actor(),
            )
        except (services.AlreadyThere, services.UnknownOrganisation) as problem:
            form.organisation.errors = [str(problem)]
        except services.DayDoesNotFit as problem:
            form.since.errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=public_id))
    return page("people/transfer.html", form=form, person=found, posting=posting)
