"""Pages of the minutes between zones: a small table, and a form for the ways from one zone."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.models import Zone
from kash.people.queries import directory as places
from kash.platform.web import KashForm, current_actor, page
from kash.policy import allow
from kash.workshops.availability import queries
from kash.workshops.availability import venues_blueprint as blueprint
from kash.workshops.availability.forms import minutes_field
from kash.workshops.availability.services import type_minutes


@blueprint.get("/travel")
@allow("venues.see")
def travel() -> ResponseReturnValue:
    """Minutes between zones, as they were typed."""
    zones, minutes = queries.zones_of_venues(), queries.typed_minutes()
    ways = {
        one.public_id: [
            (other.name, minutes[pair])
            for other in zones
            if (pair := frozenset((one.public_id, other.public_id))) in minutes
        ]
        for one in zones
    }
    return render_template("venues/travel.html", zones=zones, ways=ways)


@blueprint.route("/travel/<public_id>", methods=["GET", "POST"])
@allow("venues.plan")
def travel_from(public_id: str) -> ResponseReturnValue:
    """Type the minutes from one zone to each other."""
    here = places.zone(public_id)
    others = [zone for zone in queries.zones_of_venues() if zone.public_id != public_id]
    typed = queries.typed_minutes()
    form = _form(others)(
        data={_field(zone): typed.get(frozenset((public_id, zone.public_id))) for zone in others}
    )
    if form.validate_on_submit():
        with form.showing_problems():
            type_minutes(
                public_id,
                {zone.public_id: form[_field(zone)].data for zone in others},
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(url_for("venues.travel"), code=303)
        here = places.zone(public_id)
    return page(
        "venues/travel_from.html", form=form, zone=here, fields=[_field(zone) for zone in others]
    )


def _field(zone: Zone) -> str:
    return f"to_{zone.public_id}"


def _form(others: Sequence[Zone]) -> type[KashForm]:
    fields = {_field(zone): minutes_field(zone.name) for zone in others}
    return type("MinutesForm", (KashForm,), fields)
