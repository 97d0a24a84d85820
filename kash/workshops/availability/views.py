"""Pages of absences: her own in a few taps, who else is away, on which days she teaches. Pages
of venues: what they have, the contact, when they can't be had, and the minutes to areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.models import Account
from kash.people.models import Venue, codes
from kash.people.queries import directory as places
from kash.people.services.directory import VenueDetails, add_venue, change_venue
from kash.people.words import phone_text
from kash.platform.database import is_public_id
from kash.platform.web import current_actor, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.pages import go
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import Reach, allow
from kash.workshops.availability import absences_blueprint, queries, services, venues_blueprint
from kash.workshops.availability.forms import (
    AbsenceForm,
    MinutesForm,
    TeachingDaysForm,
    VenueForm,
    VenueSearchForm,
)
from kash.workshops.availability.queries import (
    VenueSearch,
    band_words,
    bookings_of_account,
    bookings_of_venue,
)
from kash.workshops.availability.services import (
    ABSENCE_KIND,
    ACCESS,
    AbsenceDetails,
    TeachingDaysDetails,
    days_text,
    weekdays_text,
)

_ABSENCE_COLUMNS: Sequence[TableColumn[dict[str, Any]]] = (
    TableColumn(_l("Name"), lambda absence: absence["name"], "#contact+name"),
    TableColumn(_l("First day"), lambda absence: absence["first"], "#date+start"),
    TableColumn(_l("Last day"), lambda absence: absence["last"], "#date+end"),
    TableColumn(_l("Kind"), lambda absence: ABSENCE_KIND.get(absence["kind"], ""), "#cause"),
)
_VENUE_COLUMNS: Sequence[TableColumn[Venue]] = (
    TableColumn(_l("Name"), lambda venue: venue.name, "#loc+name"),
    TableColumn(_l("Place"), lambda venue: venue.place, "#loc+type+place"),
    TableColumn(_l("Area"), lambda venue: venue.zone.name if venue.zone else "", "#adm3+name"),
    TableColumn(_l("Seats"), lambda venue: venue.seats, "#capacity+seats"),
    TableColumn(_l("What it has"), lambda venue: ", ".join(map(str, _access(venue))), "#access"),
    # The last two are read by those who plan alone.
    TableColumn(_l("Safe for"), lambda venue: venue.safe_for, "#access+safety"),
    TableColumn(
        _l("Price"),
        lambda venue: None if venue.price_cents is None else venue.price_cents / 100,
        "#value+price",
    ),
)
_MOST_SEATS = 10_000


def _saved(endpoint: str, **values: Any) -> ResponseReturnValue:
    flash(_("Saved."))
    return redirect(url_for(endpoint, **values), code=303)


@absences_blueprint.get("", endpoint="index")
@allow("absences.see")
@offers_table("absences")
def absences() -> ResponseReturnValue:
    """Absences that are not over: her own, then everybody else's as far as she may know."""
    actor, today = current_actor(), local_today()
    others = queries.absences_of_others(actor, today)
    if is_taken():
        return taken(others, _ABSENCE_COLUMNS)
    said = queries.said_teaching_days(actor.account_id or 0)
    return render_template(
        "absences/index.html",
        me=actor.public_id,
        own=queries.own_absences(actor, today),
        others=others,
        days_text=days_text,
        kinds=ABSENCE_KIND,
        today=today,
        teaching=weekdays_text(said.weekdays) if said is not None else "",
        most=said.most_days_a_month if said is not None else None,
        knows_why=actor.reach("absences.see") is Reach.ALL,
    )


@absences_blueprint.route("/new", methods=["GET", "POST"], endpoint="add")
@allow("absences.write")
def add_absence() -> ResponseReturnValue:
    """Write down that she is away, or for who plans for all, that somebody is."""
    actor = current_actor()
    form = AbsenceForm(first=local_today())
    accounts = queries.who_may_be_away(actor)
    form.offer(accounts)
    if accounts and request.method == "GET" and request.args.get("whose", "") in dict(accounts):
        form.whose.data = request.args["whose"]
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(AbsenceDetails)
            whose = form.whose.data if accounts else actor.public_id
            services.add_absence(details, whose=whose, key=form.key.data, by=actor)
            _tell_what_is_taught(whose, details)
            return _saved("absences.index")
    return page("absences/edit.html", form=form, absence=None)


@absences_blueprint.route("/<public_id>/edit", methods=["GET", "POST"], endpoint="edit")
@allow("absences.write")
def edit_absence(public_id: str) -> ResponseReturnValue:
    """Change an absence."""
    actor = current_actor()
    absence = queries.absence(actor, public_id)
    form = AbsenceForm(data=_of_absence(absence))
    form.offer(())
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(AbsenceDetails)
            services.change_absence(public_id, details, form.row_version_shown, by=actor)
            _tell_what_is_taught(absence["account"], details)
            return _saved("absences.index")
        if form.changed_meanwhile:
            form.compare(_of_absence(queries.absence(actor, public_id)))
    return page("absences/edit.html", form=form, absence=absence)


def _of_absence(absence: dict[str, Any]) -> dict[str, Any]:
    values = {name: absence[name] for name in ("first", "last", "kind", "note", "row_version")}
    return values if values["last"] != values["first"] else values | {"last": None}


@absences_blueprint.route("/<public_id>/remove", methods=["GET", "POST"], endpoint="remove")
@allow("absences.write")
def remove_absence(public_id: str) -> ResponseReturnValue:
    """Remove an absence: she is there after all."""
    actor = current_actor()
    if request.method == "POST":
        services.remove_absence(public_id, by=actor)
        return go("absences.index", _("Removed."))
    absence = queries.absence(actor, public_id)
    return render_template("absences/remove.html", absence=absence, days_text=days_text)


@absences_blueprint.route("/teaching/<public_id>", methods=["GET", "POST"])
@allow("absences.write")
def teaching(public_id: str) -> ResponseReturnValue:
    """Weekdays on which an account teaches, and its most days of a month."""
    actor = current_actor()
    account = queries.account_that_may_be_away(actor, public_id)
    form = TeachingDaysForm(data=_said(account))
    form.offer()
    if form.validate_on_submit():
        with form.showing_problems():
            details = TeachingDaysDetails(tuple(form.weekdays.data), form.most_days_a_month.data)
            services.say_teaching_days(public_id, details, form.row_version_shown, by=actor)
            return _saved("absences.index")
        if form.changed_meanwhile:
            account = queries.account_that_may_be_away(actor, public_id)
            form.show_row_version(_said(account)["row_version"])
    own = public_id == actor.public_id
    return page("absences/teaching.html", form=form, own=own, name=account.name)


def _said(account: Account) -> dict[str, Any]:
    said = queries.said_teaching_days(account.id)
    if said is None:
        return {"weekdays": list(range(7)), "most_days_a_month": None, "row_version": 0}
    return {
        "weekdays": said.weekdays,
        "most_days_a_month": said.most_days_a_month,
        "row_version": said.row_version,
    }


def _tell_what_is_taught(whose: str, details: AbsenceDetails) -> None:
    """Tell, once it is saved, what she was to teach on these days."""
    account = queries.account_that_may_be_away(current_actor(), whose)
    for booked in bookings_of_account(account.id, details.days.first, details.days.last):
        flash(
            _(
                "On these days there is a workshop to teach: %(title)s, %(days)s. Somebody else has"
                " to take it, or it has to move.",
                title=booked.title,
                days=days_text(booked.first, booked.last),
            ),
            "warn",
        )


@venues_blueprint.get("", endpoint="index")
@allow("venues.see")
@offers_table("venues")
def venues() -> ResponseReturnValue:
    """The venues by name, narrowed by area, what they have, and seats."""
    return _list(_search("", request.args))


@venues_blueprint.post("/search")
@allow("venues.see")
@offers_table("venues")
def search() -> ResponseReturnValue:
    """Search by a word. It may be the name of somebody: it stays out of every address."""
    form = VenueSearchForm()
    if not form.validate_on_submit():
        return _list(_search("", request.form), form), 422
    search = _search(form.search.data, request.form)
    if not search.text and not is_taken():
        return go("venues.index", **_in_address(search))
    return _list(search)


def _search(text: str, sent: Mapping[str, str]) -> VenueSearch:
    zone, accessible = sent.get("zone", ""), sent.get("accessible", "")
    return VenueSearch(
        text=text,
        zone=zone if is_public_id(zone) else "",
        accessible=accessible if accessible in ACCESS else "",
        seats=min(number_shown(sent.get("seats", "")), _MOST_SEATS) or None,
        closed=sent.get("shown") == "no",
    )


def _in_address(search: VenueSearch) -> dict[str, Any]:
    values = {
        "zone": search.zone,
        "accessible": search.accessible,
        "seats": search.seats,
        "shown": "no" if search.closed else "",
    }
    return {name: value for name, value in values.items() if value}


def _list(search: VenueSearch, wrong: VenueSearchForm | None = None) -> str | Response:
    plans = current_actor().may("venues.plan")
    listing = queries.venues_found(current_actor(), search)
    if is_taken() and wrong is None:
        return taken(listing, _VENUE_COLUMNS if plans else _VENUE_COLUMNS[:-2])
    return render_template(
        "venues/index.html",
        listing=listing,
        asked=search,
        kept=_in_address(search),
        wrong=wrong,
        zones=[(zone.public_id, zone.name) for zone in places.zones()],
        access=ACCESS,
        plans=plans,
    )


def _access(venue: Venue) -> list[Any]:
    return [ACCESS[code] for code in codes(venue.accessible) if code in ACCESS]


@venues_blueprint.get("/<public_id>")
@allow("venues.see")
def venue(public_id: str) -> ResponseReturnValue:
    """One venue, the days on which it can't be had, and what is to be held there."""
    actor, today = current_actor(), local_today()
    venue = places.venue(public_id)
    return render_template(
        "venues/venue.html",
        venue=venue,
        planning=queries.planning_of(actor, venue),
        access=_access(venue),
        booked=bookings_of_venue(venue.id, today) if actor.may("venues.plan") else (),
        days_text=days_text,
        phone_text=phone_text,
    )


@venues_blueprint.route("/new", methods=["GET", "POST"])
@allow("venues.plan")
def add() -> ResponseReturnValue:
    """Add a venue."""
    form = VenueForm()
    form.offer(places.zones())
    if form.validate_on_submit():
        with form.showing_problems():
            added = add_venue(form.command(VenueDetails), current_actor())
            return _saved("venues.venue", public_id=added)
    return page("venues/edit.html", form=form, venue=None, bands=band_words())


@venues_blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("venues.plan")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a venue, or take it out of use."""
    venue = places.venue(public_id)
    form = VenueForm(data=_of_venue(venue))
    form.offer(places.zones(), venue.zone)
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(VenueDetails)
            change_venue(public_id, details, form.row_version_shown, current_actor())
            if not details.active:
                services.tell_what_is_held(
                    bookings_of_venue(places.venue(public_id).id, local_today())
                )
            return _saved("venues.venue", public_id=public_id)
        if form.changed_meanwhile:
            form.compare(_of_venue(places.venue(public_id)))
    return page("venues/edit.html", form=form, venue=venue, bands=band_words())


def _of_venue(venue: Venue) -> dict[str, Any]:
    alike = "name place directions seats active row_version"
    return {
        **{name: getattr(venue, name) for name in alike.split()},
        **one_or_404(queries.planning_of(current_actor(), venue)),
        "zone": venue.zone.public_id if venue.zone is not None else "",
        "accessible": list(codes(venue.accessible)),
    }


@venues_blueprint.get("/travel")
@allow("venues.see")
def travel() -> ResponseReturnValue:
    """Minutes to areas, as they were typed."""
    return render_template("venues/travel.html", zones=queries.zones_of_venues())


@venues_blueprint.route("/travel/<public_id>", methods=["GET", "POST"])
@allow("venues.plan")
def travel_from(public_id: str) -> ResponseReturnValue:
    """Type the minutes to an area from others."""
    zone = places.zone(public_id)
    form = MinutesForm(data={"minutes": queries.minutes_to(zone)})
    if form.validate_on_submit():
        with form.showing_problems():
            services.type_minutes(public_id, form.minutes.data, by=current_actor())
            return _saved("venues.travel")
        zone = places.zone(public_id)
    return page("venues/travel_from.html", form=form, zone=zone)
