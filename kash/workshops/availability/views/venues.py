"""Pages of venues: what they have, whom to call, and the days on which they can't be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.models import Venue
from kash.people.queries import directory as places
from kash.people.services.directory import VenueDetails, add_venue, change_venue
from kash.people.words import phone_text
from kash.platform.database import is_public_id
from kash.platform.web import current_actor, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.workshops.availability import queries, services
from kash.workshops.availability import venues_blueprint as blueprint
from kash.workshops.availability.forms import BlockForm, VenueForm, VenueSearchForm
from kash.workshops.availability.queries import VenueSearch, band_words, bookings_of_venue
from kash.workshops.availability.services import ACCESS, BlockDetails, days_text
from kash.workshops.availability.tables import VENUE_COLUMNS, VENUE_PLANNING_COLUMNS

_MOST_SEATS = 10_000


@blueprint.get("")
@allow("venues.see")
@offers_table("venues")
def index() -> ResponseReturnValue:
    """The venues by name, narrowed by area, what they have, and seats."""
    return _list(_asked("", request.args))


@blueprint.post("/search")
@allow("venues.see")
@offers_table("venues")
def search() -> ResponseReturnValue:
    """Search by a word. It may be the name of somebody: it stays out of every address."""
    form = VenueSearchForm()
    if not form.validate_on_submit():
        return _list(_asked("", request.form), form), 422
    asked = _asked(form.search.data, request.form)
    if not asked.text and not is_taken():
        return redirect(url_for("venues.index", **_kept(asked)), code=303)
    return _list(asked)


@blueprint.get("/<public_id>")
@allow("venues.see")
def venue(public_id: str) -> ResponseReturnValue:
    """One venue, the days on which it can't be had, and what is to be held there."""
    actor, today = current_actor(), local_today()
    found = places.venue(public_id)
    return render_template(
        "venues/venue.html",
        venue=found,
        planning=queries.planning_of(actor, found),
        access=[ACCESS[code] for code in queries.access_codes(found) if code in ACCESS],
        blocks=queries.blocks_of(found, today),
        booked=bookings_of_venue(found.id, today) if actor.may("venues.plan") else (),
        days_text=days_text,
        phone_text=phone_text,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow("venues.plan")
def add() -> ResponseReturnValue:
    """Add a venue."""
    form = VenueForm()
    form.offer(places.zones())
    if form.validate_on_submit():
        with form.showing_problems():
            made = add_venue(form.command(VenueDetails), current_actor())
            flash(_("Saved."))
            return redirect(url_for("venues.venue", public_id=made), code=303)
    return page("venues/edit.html", form=form, venue=None, bands=band_words())


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("venues.plan")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a venue, or take it out of use."""
    found = places.venue(public_id)
    form = VenueForm(data=_values(found))
    form.offer(places.zones(), found.zone)
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(VenueDetails)
            change_venue(public_id, details, form.row_version_shown, current_actor())
            flash(_("Saved."))
            if not details.active:
                _tell_what_is_held(places.venue(public_id))
            return redirect(url_for("venues.venue", public_id=public_id), code=303)
        if form.changed_meanwhile:
            form.compare(_values(places.venue(public_id)))
    return page("venues/edit.html", form=form, venue=found, bands=band_words())


@blueprint.route("/<public_id>/blocks/new", methods=["GET", "POST"])
@allow("venues.plan")
def add_block(public_id: str) -> ResponseReturnValue:
    """Say on which days a venue can't be had."""
    found = places.venue(public_id)
    form = BlockForm(first=local_today())
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(BlockDetails)
            services.add_block(public_id, details, key=form.key.data, by=current_actor())
            flash(_("Saved."))
            _tell_what_is_held(places.venue(public_id), details)
            return redirect(url_for("venues.venue", public_id=public_id), code=303)
        found = places.venue(public_id)
    return page("venues/block.html", form=form, venue=found)


@blueprint.route("/<public_id>/blocks/<block_id>/remove", methods=["GET", "POST"])
@allow("venues.plan")
def remove_block(public_id: str, block_id: str) -> ResponseReturnValue:
    """Say that a venue can be had after all."""
    found = places.venue(public_id)
    block = queries.block(found, block_id)
    if request.method == "POST":
        services.remove_block(public_id, block_id, by=current_actor())
        flash(_("Removed."))
        return redirect(url_for("venues.venue", public_id=public_id), code=303)
    return render_template(
        "venues/remove_block.html",
        venue=found,
        block=block,
        days_text=days_text,
    )


def _asked(text: str, given: Mapping[str, str]) -> VenueSearch:
    zone, accessible = given.get("zone", ""), given.get("accessible", "")
    seats = number_shown(given.get("seats", ""))
    return VenueSearch(
        text=text,
        zone=zone if is_public_id(zone) else "",
        accessible=accessible if accessible in ACCESS else "",
        seats=min(seats, _MOST_SEATS) or None,
        closed=given.get("shown") == "no",
    )


def _kept(asked: VenueSearch) -> dict[str, Any]:
    kept = {
        "zone": asked.zone,
        "accessible": asked.accessible,
        "seats": asked.seats,
        "shown": "no" if asked.closed else "",
    }
    return {name: value for name, value in kept.items() if value}


def _list(asked: VenueSearch, wrong: VenueSearchForm | None = None) -> str | Response:
    actor = current_actor()
    found = queries.venues_found(actor, asked)
    if is_taken() and wrong is None:
        more = VENUE_PLANNING_COLUMNS if actor.may("venues.plan") else ()
        return taken(found, [*VENUE_COLUMNS, *more])
    return render_template(
        "venues/index.html",
        listing=found,
        asked=asked,
        kept=_kept(asked),
        wrong=wrong,
        zones=[(zone.public_id, zone.name) for zone in places.zones()],
        access=ACCESS,
        plans=actor.may("venues.plan"),
    )


def _values(found: Venue) -> dict[str, Any]:
    planning = one_or_404(queries.planning_of(current_actor(), found))
    return {
        "name": found.name,
        "place": found.place,
        "zone": found.zone.public_id if found.zone is not None else "",
        "directions": found.directions,
        "seats": found.seats,
        "accessible": list(queries.access_codes(found)),
        "contact_name": planning.contact_name,
        "contact_phone": planning.contact_phone,
        "price_cents": planning.price_cents,
        "band": planning.band,
        "safe_for": planning.safe_for,
        "safety_notes": planning.safety_notes,
        "active": found.active,
        "row_version": found.row_version,
    }


def _tell_what_is_held(found: Venue, block: BlockDetails | None = None) -> None:
    """Tell, once it is saved, what is to be held at a venue that can't be had."""
    first = block.days.first if block is not None else local_today()
    last = block.days.last if block is not None else None
    booked = bookings_of_venue(found.id, first, last)
    if booked:
        flash(
            _(
                "To be held here all the same: %(titles)s. Move it, or choose another venue.",
                titles="; ".join(
                    f"{one.title}, {days_text(one.first, one.last)}" for one in booked
                ),
            ),
            "warn",
        )
