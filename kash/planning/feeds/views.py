"""Calendars by their addresses, and the pages on which addresses are made and ended."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.planning.feeds import blueprint
from kash.planning.feeds.queries import (
    VENUE_COLUMNS,
    calendar_behind,
    own_address,
    venue_named,
    venues_with_addresses,
)
from kash.planning.feeds.services import (
    end_own_address,
    end_venue_address,
    make_own_address,
    make_venue_address,
)
from kash.platform.web import current_actor, go
from kash.platform.web.logs import leaves_no_trace
from kash.platform.web.programme import qr_picture
from kash.platform.web.public_address import public_address, says_address
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import ANYONE, SIGNED_IN, allow


@blueprint.get("/read/<token>")
@allow(ANYONE)
@leaves_no_trace
def read(token: str) -> ResponseReturnValue:
    """A calendar, for a program that brings nothing but its address."""
    answer = Response(calendar_behind(token), mimetype="text/calendar")
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/own")
@allow(SIGNED_IN)
def own() -> ResponseReturnValue:
    """The own calendar's address: whether there is one, making and ending it."""
    return render_template("feeds/own.html", address=own_address(current_actor()))


@blueprint.route("/own/make", methods=["GET", "POST"])
@allow(SIGNED_IN)
@says_address
def make_own() -> ResponseReturnValue:
    """Make it, and show it this once. Asked before, since the one that she has ends."""
    if request.method == "GET":
        return _question(url_for("feeds.make_own"), url_for("feeds.own"), anew=True)
    token = make_own_address(current_actor())
    return _shown(token, _("Your calendar's address"), url_for("feeds.own"))


@blueprint.route("/own/end", methods=["GET", "POST"])
@allow(SIGNED_IN)
def end_own() -> ResponseReturnValue:
    """End it."""
    if request.method == "POST":
        end_own_address(current_actor())
        return go("feeds.own", _("Ended. Phones that read it find nothing from now on."))
    return _question(url_for("feeds.end_own"), url_for("feeds.own"))


@blueprint.get("/venues")
@allow("feeds.venues")
@offers_table("venues")
def venues() -> ResponseReturnValue:
    """Venues, and which of them have an address."""
    open_venues = venues_with_addresses()
    if is_taken():
        return taken(open_venues, VENUE_COLUMNS)
    return render_template("feeds/venues.html", venues=open_venues)


@blueprint.route("/venues/<public_id>/make", methods=["GET", "POST"])
@allow("feeds.venues")
@says_address
def make_venue(public_id: str) -> ResponseReturnValue:
    """Make a venue's address, and show it this once. Asked before, since one that it has ends."""
    venue = venue_named(public_id)
    if request.method == "GET":
        make = url_for("feeds.make_venue", public_id=public_id)
        return _question(make, url_for("feeds.venues"), anew=True)
    token = make_venue_address(public_id, by=current_actor())
    heading = _("When %(venue)s is taken", venue=venue.name)
    return _shown(token, heading, url_for("feeds.venues"))


@blueprint.route("/venues/<public_id>/end", methods=["GET", "POST"])
@allow("feeds.venues")
def end_venue(public_id: str) -> ResponseReturnValue:
    """End a venue's address."""
    if request.method == "POST":
        end_venue_address(public_id, by=current_actor())
        return go("feeds.venues", _("Ended. Phones that read it find nothing from now on."))
    venue_named(public_id)
    return _question(url_for("feeds.end_venue", public_id=public_id), url_for("feeds.venues"))


def _shown(token: str, heading: str, back: str) -> str:
    address = public_address() + url_for("feeds.read", token=token)
    return render_template(
        "feeds/shown.html",
        address=address,
        subscribe=address.replace("https://", "webcal://", 1),
        picture=qr_picture(address),
        shown_heading=heading,
        back=back,
    )


def _question(post_to: str, back: str, *, anew: bool = False) -> str:
    return render_template("feeds/question.html", post_to=post_to, back=back, anew=anew)
