"""The places where workshops and meetings are held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.desk import blueprint
from kash.people.models import Venue, Zone
from kash.people.queries import places as places_queries
from kash.people.queries.places import venues
from kash.people.services.places import VenueDetails, add_venue, change_venue
from kash.platform.web import current_actor, page, paged
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    long_text_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow


class VenueForm(RowVersionForm):
    """A place."""

    name = text_field(
        _l("Name"), most=120, description=_l("It stands on paper. Choose one that is neutral.")
    )
    place = text_field(_l("Where it is"), most=120, required=False)
    zone = choice_field(_l("Area"), required=False)
    directions = long_text_field(_l("How to get there"), most=2000, rows=3)
    safe_for = text_field(
        _l("Safe for"),
        most=300,
        required=False,
        description=_l("For whom it is safe to come, and when. Only those who plan read this."),
    )
    seats = whole_number_field(_l("Seats"), least=1, most=10000, required=False)
    active = BooleanField(_l("In use"), default=True)

    def offer(self, zones: Sequence[Zone], chosen: Zone | None = None) -> None:
        """Set what can be chosen; the zone it has stays, even out of use."""
        offered = list(zones)
        if chosen is not None and chosen.public_id not in {zone.public_id for zone in offered}:
            offered.append(chosen)
        self.zone.choices = [("", _("None")), *((zone.public_id, zone.name) for zone in offered)]


def _values(venue: Venue) -> dict[str, Any]:
    return {
        "name": venue.name,
        "place": venue.place,
        "zone": venue.zone.public_id if venue.zone is not None else "",
        "directions": venue.directions,
        "safe_for": venue.safe_for,
        "seats": venue.seats,
        "active": venue.active,
        "row_version": venue.row_version,
    }


@blueprint.get("/settings/places")
@allow("settings.see")
def places() -> ResponseReturnValue:
    """The places by name."""
    return render_template("desk/settings/places.html", listing=paged(venues(also_closed=True)))


@blueprint.route("/settings/places/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_place() -> ResponseReturnValue:
    """Add a place."""
    form = VenueForm()
    form.offer(places_queries.zones())
    if form.validate_on_submit():
        with form.showing_problems():
            add_venue(form.command(VenueDetails), current_actor())
            flash(_("Saved."))
            return redirect(url_for("desk.places"))
    return page("desk/settings/place.html", form=form, place=None)


@blueprint.route("/settings/places/<public_id>", methods=["GET", "POST"])
@allow("settings.edit")
def edit_place(public_id: str) -> ResponseReturnValue:
    """Change a place."""
    found = places_queries.venue(public_id)
    form = VenueForm(data=_values(found))
    form.offer(places_queries.zones(), found.zone)
    if form.validate_on_submit():
        with form.showing_problems():
            change_venue(
                public_id, form.command(VenueDetails), form.row_version_shown, current_actor()
            )
            flash(_("Saved."))
            return redirect(url_for("desk.places"))
        if form.changed_meanwhile:
            form.compare(_values(places_queries.venue(public_id)))
    return page("desk/settings/place.html", form=form, place=public_id)
