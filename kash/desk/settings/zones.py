"""The areas in which people live and services lie, and one spelling for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.desk import blueprint
from kash.desk.tables import ZONE_COLUMNS, ZONE_KINDS
from kash.people.models import Zone
from kash.people.queries import places
from kash.people.services import places as places_services
from kash.people.services.places import ZoneDetails, change_zone, unify_spellings
from kash.platform.web import KashForm, current_actor, page, paged
from kash.platform.web.forms import (
    BooleanField,
    SeveralField,
    choice_field,
    radio_field,
    required,
    text_field,
)
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow


class ZoneForm(RowVersionForm):
    """An area."""

    name = text_field(_l("Name"), most=120)
    kind = radio_field(_l("Kind"), list(ZONE_KINDS.items()), default="ward")
    within = choice_field(_l("Lies in"), required=False)
    active = BooleanField(_l("In use"), default=True)

    def offer(self, zones: Sequence[Zone], excluding: str = "") -> None:
        """Set what can be chosen: wider areas, and never the zone itself."""
        self.within.choices = [
            ("", _("None")),
            *(
                (zone.public_id, zone.name)
                for zone in zones
                if zone.kind != "ward" and zone.public_id != excluding
            ),
        ]


class SpellingsForm(KashForm):
    """Spellings and the area that each means."""

    spellings = SeveralField(
        _l("Spellings"), choices=[], validators=[required(_l("Choose at least one."))]
    )
    zone = choice_field(_l("They mean"))


@blueprint.get("/settings/zones")
@allow("settings.see")
@offers_table("areas")
def zones() -> ResponseReturnValue:
    """The areas, and how many spellings stand beside them."""
    found = paged(places.zones(also_closed=True))
    if is_taken():
        return taken(found, ZONE_COLUMNS)
    return render_template(
        "desk/settings/zones.html",
        listing=found,
        kinds=ZONE_KINDS,
        spellings=len(places.spellings().shown),
    )


@blueprint.route("/settings/zones/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_zone() -> ResponseReturnValue:
    """Add an area."""
    form = ZoneForm()
    form.offer(places.zones())
    if form.validate_on_submit():
        with form.showing_problems():
            places_services.add_zone(form.command(ZoneDetails), current_actor())
            flash(_("Saved."))
            return redirect(url_for("desk.zones"))
    return page("desk/settings/zone.html", form=form, zone=None)


def _values(zone: Zone) -> dict[str, Any]:
    return {
        "name": zone.name,
        "kind": zone.kind,
        "within": zone.within.public_id if zone.within is not None else "",
        "active": zone.active,
        "row_version": zone.row_version,
    }


@blueprint.route("/settings/zones/<public_id>", methods=["GET", "POST"])
@allow("settings.edit")
def edit_zone(public_id: str) -> ResponseReturnValue:
    """Change an area; a new name goes to all that was typed with the old one."""
    found = places.zone(public_id)
    form = ZoneForm(data=_values(found))
    form.offer(places.zones(also_closed=True), excluding=public_id)
    if form.validate_on_submit():
        with form.showing_problems():
            change_zone(
                public_id, form.command(ZoneDetails), form.row_version_shown, current_actor()
            )
            flash(_("Saved."))
            return redirect(url_for("desk.zones"))
        if form.changed_meanwhile:
            form.compare(_values(places.zone(public_id)))
    return page("desk/settings/zone.html", form=form, zone=public_id)


@blueprint.route("/settings/zones/spellings", methods=["GET", "POST"])
@allow("settings.edit")
def spellings() -> ResponseReturnValue:
    """Areas as they were typed, and which zone they mean."""
    found = places.spellings()
    listing = paged(found.shown)
    form = SpellingsForm()
    form.spellings.choices = [(one.text, one.text) for one in listing.rows]
    form.zone.choices = [
        ("", _("Choose")),
        *((zone.public_id, zone.name) for zone in places.zones()),
    ]
    if form.validate_on_submit():
        changed = unify_spellings(form.zone.data, list(form.spellings.data), current_actor())
        flash(_("Entries changed: %(count)s.", count=changed))
        return redirect(url_for("desk.spellings"), code=303)
    return page(
        "desk/settings/spellings.html",
        form=form,
        listing=listing,
        hidden=found.hidden,
        chosen=set(request.form.getlist("spellings")),
    )
